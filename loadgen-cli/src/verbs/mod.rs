//! One file a verb.

mod cleanup;
mod completions;
mod demo;
mod health;
mod inspect;
mod migrate;
mod plan;
mod resolve;
mod run;
mod schema;
mod seed;
mod verify;

use crate::{
    args::{TalkArgs, Verb},
    failed::Failed,
    flags::{CleanupArgs, ResolveArgs, VerifyArgs},
};

/// Does what was asked for.
pub(crate) async fn dispatch(verb: Verb, talk: &TalkArgs) -> Result<(), Failed> {
    match verb {
        Verb::Demo(args) => demo::demo(args, talk).await,
        Verb::Run(args) if args.dry_run => plan::plan(&args.source, &args.load, args.output.format).await,
        Verb::Run(args) => run::run(&args, talk).await,
        Verb::Plan(args) => plan::plan(&args.source, &args.load, args.output.format).await,
        Verb::Seed(args) => seed::seed(&args, talk).await,
        Verb::Migrate(args) => migrate::migrate(&args, talk.quiet).await,
        Verb::Inspect(args) => inspect::inspect(&args).await,
        Verb::Health(args) => health::health(&args).await,
        Verb::Resolve(args) => resolve::resolve(&ResolveArgs { run: args.run.found(), ..args }).await,
        Verb::Verify(args) => verify::verify(&VerifyArgs { run: args.run.found(), ..args }).await,
        Verb::Cleanup(args) => cleanup::cleanup(&CleanupArgs { run: args.run.found(), ..args }).await,
        Verb::Schema => schema::schema(),
        Verb::Completions { shell } => completions::completions(shell),
    }
}
