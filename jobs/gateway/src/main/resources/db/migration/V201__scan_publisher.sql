-- The task of a job that has told of it by live messages: it may tell again what has ended.
ALTER TABLE scans ADD COLUMN publisher TEXT;
