package io.millrace.coordination;

import java.io.IOException;

/** No server of ZooKeeper has answered for as long as it was worth waiting for. */
public final class ZooKeeperAwayException extends IOException {
  private static final long serialVersionUID = 1;

  ZooKeeperAwayException(String message, Throwable cause) {
    super(message, cause);
  }
}
