grant select, insert, update, delete on sessions to app;
grant select on sessions_migration to app;
