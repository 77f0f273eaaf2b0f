-- One row a scan, from whomever it was heard: ZooKeeper, live messages, or a file.
CREATE TABLE scans (
  id TEXT PRIMARY KEY,
  zookeeper_id TEXT,
  session TEXT NOT NULL,
  number BIGINT NOT NULL,
  generation INTEGER NOT NULL,
  started TEXT NOT NULL,
  ended TEXT,
  state TEXT NOT NULL,
  reason TEXT NOT NULL,
  width INTEGER NOT NULL,
  height INTEGER NOT NULL,
  complete BIGINT NOT NULL,
  incomplete BIGINT NOT NULL,
  absent BIGINT NOT NULL,
  file TEXT,
  bytes BIGINT,
  sha256 TEXT,
  notes TEXT NOT NULL,
  metadata TEXT NOT NULL
);

CREATE INDEX scans_by_start ON scans (started, id);
CREATE INDEX scans_by_number ON scans (session, number);
CREATE INDEX scans_by_file ON scans (file);

CREATE TABLE scan_tags (
  scan TEXT NOT NULL REFERENCES scans (id),
  tag TEXT NOT NULL,
  PRIMARY KEY (scan, tag)
);

-- PNG in base64, which both databases take.
CREATE TABLE thumbnails (
  scan TEXT PRIMARY KEY REFERENCES scans (id),
  png TEXT NOT NULL
);
