package io.millrace.hdf5;

import io.millrace.detector.ScanReport;
import java.io.Serializable;
import java.nio.file.Path;
import org.apache.flink.annotation.PublicEvolving;

/** Is told of each scan whose counted file is in place. Must not wait: it holds up the stream. */
@PublicEvolving
public interface ResultListener extends Serializable, AutoCloseable {
  /** Begins; called once, in the task. */
  void open();

  /**
   * A scan's file has its final name. Called once for a scan.
   *
   * @param file the one in the layout {@link Layout#VLEN}, if there are two
   */
  void inPlace(ScanReport report, Path file);

  /**
   * A scan's file is whole and could not be given its name, or is gone; told of jobs with
   * checkpoints only, since others fail of it.
   *
   * @param reason also says what to do
   */
  void notInPlace(ScanReport report, String reason);

  /** Ends. */
  @Override
  void close();

  /** Nobody who is told. */
  static ResultListener nobody() {
    return new ResultListener() {
      @Override
      public void open() {}

      @Override
      public void inPlace(ScanReport report, Path file) {}

      @Override
      public void notInPlace(ScanReport report, String reason) {}

      @Override
      public void close() {}
    };
  }
}
