package io.millrace.benchmarks.parts;

import io.millrace.parts.RunFailure;
import java.io.IOException;
import java.nio.file.Path;

/** A look into a counted file, before it is removed. */
public interface Inspection {
  /** Looks. */
  void of(Path file) throws IOException, RunFailure;
}
