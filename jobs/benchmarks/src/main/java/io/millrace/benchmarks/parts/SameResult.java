package io.millrace.benchmarks.parts;

import io.millrace.parts.RunFailure;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Looks whether all files have the same events and images: a simulation sends the same frames again
 * and again, so whatever way they went, the results may not differ. A way that is fast because it
 * counts wrongly is no measurement.
 */
public final class SameResult implements Inspection {
  private Fingerprint result;

  /** Begins anew, for another simulation. */
  public void forget() {
    result = null;
  }

  @Override
  public void of(Path file) throws IOException, RunFailure {
    Fingerprint found = Fingerprint.of(file);
    if (result == null) {
      result = found;
    } else if (!found.equals(result)) {
      throw new RunFailure(
          "%s has other events or images than the results of the same scan before it: two turns,"
                  .formatted(file)
              + " or two ways, do not count the same");
    }
  }
}
