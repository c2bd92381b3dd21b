//! Where an order is on its way.

/// Where an order is on its way. It never goes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Status {
    Pending,
    Processing,
    Shipped,
    Completed,
}

impl Status {
    /// As it is written.
    pub(super) fn name(self) -> &'static str {
        match self {
            Status::Pending => "Pending",
            Status::Processing => "Processing",
            Status::Shipped => "Shipped",
            Status::Completed => "Completed",
        }
    }

    /// The one that is written like this.
    pub(super) fn read(name: &str) -> Option<Status> {
        let all = [Status::Pending, Status::Processing, Status::Shipped, Status::Completed];
        all.into_iter().find(|status| status.name() == name)
    }

    /// What comes next, if anything does.
    pub(super) fn next(self) -> Option<Status> {
        match self {
            Status::Pending => Some(Status::Processing),
            Status::Processing => Some(Status::Shipped),
            Status::Shipped => Some(Status::Completed),
            Status::Completed => None,
        }
    }

    /// Whether items may still be taken out.
    pub(super) fn is_open(self) -> bool {
        self < Status::Shipped
    }
}
