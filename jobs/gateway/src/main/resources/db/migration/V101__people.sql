CREATE TABLE users (
  name TEXT PRIMARY KEY,
  role TEXT NOT NULL,
  password TEXT NOT NULL,
  must_change INTEGER NOT NULL,
  disabled INTEGER NOT NULL,
  created TEXT NOT NULL
);

-- Somebody who is logged in. The cookie's value is not here, only its hash.
CREATE TABLE logins (
  hash TEXT PRIMARY KEY,
  name TEXT NOT NULL REFERENCES users (name),
  csrf TEXT NOT NULL,
  created TEXT NOT NULL,
  used TEXT NOT NULL,
  expires TEXT NOT NULL
);
CREATE INDEX logins_name ON logins (name);

CREATE TABLE tokens (
  id TEXT PRIMARY KEY,
  hash TEXT NOT NULL UNIQUE,
  owner TEXT NOT NULL REFERENCES users (name),
  name TEXT NOT NULL,
  scope TEXT NOT NULL,
  created TEXT NOT NULL,
  expires TEXT NOT NULL,
  last_used TEXT,
  revoked TEXT
);

-- Never changed: what was done or refused, by whom, from where.
CREATE TABLE audit (
  id BIGINT PRIMARY KEY,
  at TEXT NOT NULL,
  who TEXT NOT NULL,
  address TEXT NOT NULL,
  action TEXT NOT NULL,
  detail TEXT NOT NULL,
  result INTEGER NOT NULL
);
