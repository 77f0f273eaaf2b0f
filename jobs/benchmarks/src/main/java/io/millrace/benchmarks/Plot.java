package io.millrace.benchmarks;

/** A picture of results, for docs/BENCHMARKS.md. */
public interface Plot {
  /** Of its file in docs/benchmarks, without the ending; begins with the command's name. */
  String name();

  /** What it shows, in a line; also for those who cannot see it. */
  String title();

  /** The picture. */
  String svg();
}
