-- Since when scans are told to a Distiller instance: one row.
CREATE TABLE distiller_since (at TEXT PRIMARY KEY);

-- What the instance knows of a scan. A row is made before the scan is created there, with the uuid by which it
-- is found again when nobody heard the answer.
CREATE TABLE distiller_scans (
  scan TEXT PRIMARY KEY REFERENCES scans (id),
  uuid TEXT NOT NULL UNIQUE,
  id BIGINT,
  progress INTEGER NOT NULL,
  told TEXT NOT NULL,
  linked INTEGER NOT NULL,
  pictured INTEGER NOT NULL,
  -- Whether there may be more to tell; next_try is when.
  waiting INTEGER NOT NULL,
  next_try TEXT NOT NULL,
  fault TEXT NOT NULL
);

CREATE TABLE distiller_jobs (
  session TEXT PRIMARY KEY REFERENCES sessions (name),
  id BIGINT,
  told TEXT NOT NULL,
  waiting INTEGER NOT NULL,
  next_try TEXT NOT NULL,
  fault TEXT NOT NULL
);
