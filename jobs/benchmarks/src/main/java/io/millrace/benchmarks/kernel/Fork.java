package io.millrace.benchmarks.kernel;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * A JVM that JMH starts for one benchmark.
 *
 * @param frames distinct frames to measure with
 * @param warmUps iterations before those that count
 * @param iterations those that count
 * @param iterationTime least time of an iteration
 */
record Fork(int frames, int warmUps, int iterations, TimeValue iterationTime) {
  /** Room for the frames. The heap has its size from the beginning, so that it never grows. */
  private static final String HEAP = "1g";

  /** Measures a kernel against the limit. */
  List<Samples.Sample> count(Case c) throws IOException {
    ChainedOptionsBuilder options =
        options(CountingBenchmark.class, c.kernel().jvmOptions())
            .param("electrons", Integer.toString(c.electrons()))
            .param("kernel", c.kernel().name())
            .param("correction", c.correction().name())
            .param("centroids", Boolean.toString(c.centroids()));
    return run(options).stream()
        .map(
            turns ->
                new Samples.Sample(
                    sum(turns, "frames"), sum(turns, "limitNanos"), sum(turns, "countNanos")))
        .toList();
  }

  /** Milliseconds of a calibration, by iteration. */
  double[] calibrate() throws IOException {
    return run(options(CalibrationBenchmark.class, List.of())).stream()
        .mapToDouble(iteration -> iteration.getPrimaryResult().getScore())
        .toArray();
  }

  private ChainedOptionsBuilder options(Class<?> benchmark, List<String> jvmOptions) {
    List<String> jvm = new ArrayList<>(List.of("-Xms" + HEAP, "-Xmx" + HEAP));
    jvm.addAll(jvmOptions);
    return new OptionsBuilder()
        .include(benchmark.getName() + "\\.")
        .param("frames", Integer.toString(frames))
        .forks(1)
        .jvmArgs(jvm.toArray(String[]::new))
        .warmupIterations(warmUps)
        .warmupTime(iterationTime)
        .measurementIterations(iterations)
        .measurementTime(iterationTime)
        .shouldFailOnError(true)
        .verbosity(VerboseMode.SILENT);
  }

  private static Collection<IterationResult> run(ChainedOptionsBuilder options) throws IOException {
    try {
      return new Runner(options.build())
          .runSingle()
          .getBenchmarkResults()
          .iterator()
          .next()
          .getIterationResults();
    } catch (RunnerException e) {
      throw new IOException("JMH cannot run the benchmark: " + e.getMessage(), e);
    }
  }

  /** Of the turns of an iteration, by the name of the field. */
  private static double sum(IterationResult turns, String field) {
    return turns.getSecondaryResults().get(field).getScore();
  }
}
