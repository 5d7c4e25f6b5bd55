import Database from 'better-sqlite3';

process.umask(0o077);
new Database('sessions.db', { readonly: true }).exec("VACUUM INTO 'copy.db'");
