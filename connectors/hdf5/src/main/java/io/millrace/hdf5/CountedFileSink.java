package io.millrace.hdf5;

import io.millrace.detector.DetectorDescription;
import io.millrace.detector.ScanRecord;
import io.millrace.detector.ScanReport;
import java.io.Serializable;
import java.nio.file.Path;
import java.time.ZoneId;
import org.apache.flink.annotation.PublicEvolving;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStreamSink;
import org.apache.flink.streaming.api.datastream.KeyedStream;

/**
 * Writes one counted file for every scan that is reported.
 *
 * <pre>{@code
 * CountedFileSink sink =
 *     CountedFileSink.builder()
 *         .setDirectory(Path.of("/data/counted"))
 *         .setId(CountedFileName.nextId(Path.of("/data/counted")))
 *         .setDetector(DetectorDescription.load("4d-camera"))
 *         .setProvenance(new Provenance("millrace", "0.1.0", "session-7", "{}"))
 *         .setLayout(Layout.VLEN)
 *         .build();
 * sink.append(records.keyBy(ScanRecord::scan));
 * }</pre>
 *
 * <p>A scan's frames come first, in any order, then its images, and last its report, which
 * completes the file. Scans may overlap. If the job ends before the report, the scan's part file is
 * removed and no file appears.
 *
 * <p>With checkpoints the file is exactly-once: a job that starts again goes on with the part file
 * as it was at the last checkpoint, and a file gets its name when the checkpoint behind its last
 * frame is complete. A job that is cancelled leaves the parts of what was under way. Without
 * checkpoints a file gets its name at once. A task that is killed leaves its part; if the job then
 * starts again, it leaves that alone and begins another.
 *
 * <p>Metrics: {@code framesWritten}, {@code eventsWritten}, {@code scansUnfinished} of {@code part
 * files}; {@code filesWritten} of the writer, or with checkpoints of the committer.
 */
@PublicEvolving
public final class CountedFileSink implements Serializable {
  // A Path does not serialize.
  private final String directory;
  private final int id;
  private final ZoneId zone;
  private final DetectorDescription detector;
  private final Provenance provenance;
  private final Layout layout;
  private final boolean centroids;
  private final ResultListener listener;

  CountedFileSink(
      Path directory,
      int id,
      ZoneId zone,
      DetectorDescription detector,
      Provenance provenance,
      Layout layout,
      boolean centroids,
      ResultListener listener) {
    this.directory = directory.toString();
    this.id = id;
    this.zone = zone;
    this.detector = detector;
    this.provenance = provenance;
    this.layout = layout;
    this.centroids = centroids;
    this.listener = listener;
  }

  /** A builder, which checks everything. */
  public static CountedFileSinkBuilder builder() {
    return new CountedFileSinkBuilder();
  }

  /**
   * Writes these records.
   *
   * @param records keyed by {@link ScanRecord#scan}
   * @return the end of the stream, to be named
   */
  public DataStreamSink<?> append(KeyedStream<ScanRecord, Long> records) {
    boolean checkpointing =
        records.getExecutionEnvironment().getCheckpointConfig().isCheckpointingEnabled();
    return records
        .transform(
            "part files", Types.GENERIC(WholeFile.class), new PartFileOperator(this, checkpointing))
        .uid("part-files")
        .sinkTo(new NamingSink(listener, checkpointing));
  }

  Path part(long scan, int attempt) {
    return Path.of(directory, CountedFileName.part(id, scan, attempt));
  }

  Path file(ScanReport report) {
    return Path.of(directory, CountedFileName.of(report.start(), zone, id, report.scan()));
  }

  DetectorDescription detector() {
    return detector;
  }

  Provenance provenance() {
    return provenance;
  }

  Layout layout() {
    return layout;
  }

  boolean centroids() {
    return centroids;
  }

  ResultListener listener() {
    return listener;
  }
}
