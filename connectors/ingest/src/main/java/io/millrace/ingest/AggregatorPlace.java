package io.millrace.ingest;

/**
 * Where an aggregator takes a module's sectors, and which one it is: one that is started again at
 * the same address is another, and knows nothing of the scan.
 *
 * @param endpoint where it listens for the module
 * @param aggregator its id among the members of the session; empty if that is not known
 * @param statuses where it tells what the lanes' readers have; empty if it does not
 * @param lanes how many lanes it has; 0 if that is not known
 */
record AggregatorPlace(String endpoint, String aggregator, String statuses, int lanes) {
  /** At an address that was given. */
  static AggregatorPlace at(String endpoint) {
    return new AggregatorPlace(endpoint, "", "", 0);
  }

  /** Whether what is sent there can be acknowledged. */
  boolean acknowledges() {
    return !statuses.isEmpty();
  }
}
