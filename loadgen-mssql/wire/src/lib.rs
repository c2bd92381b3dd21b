//! Nothing but tests: what loadgen-mssql makes of what goes over the wire.
