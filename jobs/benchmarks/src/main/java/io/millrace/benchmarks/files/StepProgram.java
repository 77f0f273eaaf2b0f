package io.millrace.benchmarks.files;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;

/**
 * A program that does one step of the file workflow, again and again: each line on standard input
 * is a scan, {@code SCAN FROM TO} with tabs between, and each answer a line of JSON as that of
 * {@code millrace producer --acquire}. It stays warm in between, and ends with its input.
 */
final class StepProgram {
  /** The step. */
  interface Step {
    /**
     * Does it for one scan; the disk has the result then.
     *
     * @param from directory that the scan is in
     * @param to directory for the result
     * @return sectors that went through
     */
    long run(long scan, Path from, Path to) throws IOException;
  }

  private StepProgram() {}

  /** Runs until the input ends. */
  static void run(Step step) throws IOException {
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    System.out.println("ready");
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      String[] order = line.split("\t");
      long scan = Long.parseLong(order[0]);
      Instant first = Instant.now();
      long sectors = step.run(scan, Path.of(order[1]), Path.of(order[2]));
      System.out.println(
          "{\"scan\":%d,\"sectors\":%d,\"first\":\"%s\",\"last\":\"%s\"}"
              .formatted(scan, sectors, first, Instant.now()));
    }
  }
}
