package io.millrace.ingest;

import java.io.IOException;

/**
 * A sector could not be put aside for want of room, and nothing else is wrong: there will be some
 * when sectors have been acknowledged, or somebody has made room on the disk.
 */
final class NoRoom extends IOException {
  private static final long serialVersionUID = 1;

  NoRoom(String message) {
    super(message);
  }

  NoRoom(String message, IOException cause) {
    super(message, cause);
  }
}
