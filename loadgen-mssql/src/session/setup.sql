-- What every statement relies on, whatever the defaults of the server and the login. Indexed views, computed columns and filtered
-- indexes are written with these settings only.
set xact_abort on;
set nocount off;
set implicit_transactions off;
set transaction isolation level read committed;
set lock_timeout -1;
set ansi_nulls on;
set ansi_padding on;
set ansi_warnings on;
set arithabort on;
set concat_null_yields_null on;
set numeric_roundabort off;
set quoted_identifier on;
