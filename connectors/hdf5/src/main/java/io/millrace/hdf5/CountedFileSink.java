package io.millrace.hdf5;

import io.millrace.detector.DetectorDescription;
import io.millrace.detector.ScanRecord;
import io.millrace.detector.ScanReport;
import java.io.IOException;
import java.nio.file.Path;
import java.time.ZoneId;
import org.apache.flink.annotation.PublicEvolving;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;

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
 * records.keyBy(ScanRecord::scan).sinkTo(sink).setParallelism(1);
 * }</pre>
 *
 * <p>A scan's frames come first, in any order, then its images, and last its report, which
 * completes the file. All records of a scan have to reach the same subtask. Scans may overlap. If
 * the job ends before the report, the scan's part file is removed and no file appears. A task that
 * is killed leaves its part file; if the job then starts again, it leaves that alone and begins
 * another.
 *
 * <p>Metrics of the writer: {@code filesWritten}, {@code framesWritten}, {@code eventsWritten},
 * {@code scansUnfinished}.
 */
@PublicEvolving
public final class CountedFileSink implements Sink<ScanRecord> {
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

  @Override
  public SinkWriter<ScanRecord> createWriter(WriterInitContext context) throws IOException {
    return new CountedFileSinkWriter(this, context.metricGroup());
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
