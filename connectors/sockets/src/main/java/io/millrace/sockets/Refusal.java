package io.millrace.sockets;

/** Why two sockets did not come together. Every reason has a counter. */
public enum Refusal {
  /**
   * One has keys and the other has none; or who connected only looked whether somebody is there.
   */
  NO_HANDSHAKE("no-handshake", "it has other ideas of keys than we: none, or we have none"),
  /** Who connects has not the public key of who listens, or speaks something else. */
  OTHER_SERVER_KEY("other-server-key", "it does not have our public key"),
  /** Who listens does not know the key of who connects. */
  UNKNOWN_KEY("unknown-key", "its key is not among the allowed ones");

  private final String label;
  private final String description;

  Refusal(String label, String description) {
    this.label = label;
    this.description = description;
  }

  /** The name in counters and logs. */
  public String label() {
    return label;
  }

  /** What it means for who listens, in half a sentence about the peer. */
  String description() {
    return description;
  }
}
