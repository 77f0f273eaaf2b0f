-- state is where it is; wish is where it should be: RUN, DRAIN or CANCEL.
CREATE TABLE sessions (
  name TEXT PRIMARY KEY,
  machine TEXT NOT NULL,
  nodes INTEGER NOT NULL,
  minutes INTEGER NOT NULL,
  parameters TEXT NOT NULL,
  wish TEXT NOT NULL,
  state TEXT NOT NULL,
  text TEXT NOT NULL,
  since TEXT NOT NULL,
  -- When its job was submitted, or may have been: written before.
  submitting TEXT,
  job TEXT,
  ends TEXT,
  zookeeper TEXT,
  dashboard TEXT,
  created TEXT NOT NULL,
  created_by TEXT NOT NULL
);
CREATE INDEX sessions_created ON sessions (created);

CREATE TABLE session_steps (
  session TEXT NOT NULL REFERENCES sessions (name),
  number INTEGER NOT NULL,
  state TEXT NOT NULL,
  at TEXT NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (session, number)
);
