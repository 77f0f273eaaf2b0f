package io.millrace.hdf5;

import io.millrace.detector.CountedFrame;
import io.millrace.detector.HotPixelList;
import io.millrace.detector.SampleHistogram;
import io.millrace.detector.ScanImage;
import io.millrace.detector.ScanRecord;
import io.millrace.detector.ScanReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.annotation.Internal;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.groups.SinkWriterMetricGroup;
import org.apache.flink.util.ExceptionUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One {@link CountedFileWriter} for each scan that is under way. */
@Internal
final class CountedFileSinkWriter implements SinkWriter<ScanRecord> {
  private static final Logger LOG = LoggerFactory.getLogger(CountedFileSinkWriter.class);

  private final CountedFileSink sink;
  private final Map<Long, CountedFileWriter> scans = new HashMap<>();
  private final Counter filesWritten;
  private final Counter framesWritten;
  private final Counter eventsWritten;
  private final Counter scansUnfinished;

  CountedFileSinkWriter(CountedFileSink sink, SinkWriterMetricGroup metrics) {
    this.sink = sink;
    sink.listener().open();
    filesWritten = metrics.counter("filesWritten");
    framesWritten = metrics.counter("framesWritten");
    eventsWritten = metrics.counter("eventsWritten");
    scansUnfinished = metrics.counter("scansUnfinished");
  }

  @Override
  public void write(ScanRecord record, Context context) throws IOException {
    CountedFileWriter writer = scans.get(record.scan());
    if (writer == null) {
      writer = begin(record.scan());
      scans.put(record.scan(), writer);
    }
    if (record instanceof CountedFrame frame) {
      writer.add(frame);
      framesWritten.inc();
      eventsWritten.inc(frame.events.size());
    } else if (record instanceof ScanImage image) {
      writer.add(image);
    } else if (record instanceof HotPixelList hotPixels) {
      writer.add(hotPixels);
    } else if (record instanceof SampleHistogram histogram) {
      writer.add(histogram);
    } else if (record instanceof ScanReport report) {
      finish(writer, report);
    }
  }

  /**
   * Begins a scan's part file. If there is one, another attempt of this job has died with it, or
   * has not noticed yet that it is over: it stays as it is.
   */
  private CountedFileWriter begin(long scan) throws IOException {
    int attempt = 1;
    while (isTaken(sink.part(scan, attempt))) {
      LOG.warn(
          "scan {}: {} is there already, of a task that was killed or of another job with this id;"
              + " it is left as it is",
          scan,
          sink.part(scan, attempt));
      attempt++;
    }
    return new CountedFileWriter(sink.part(scan, attempt), sink.detector(), sink.centroids());
  }

  private static boolean isTaken(Path part) {
    return Files.exists(part) || Files.exists(CountedFileName.flat(part));
  }

  @Override
  public void flush(boolean endOfInput) {
    // Frames are of use only in a whole file, and that is on the disk before it has its name.
  }

  @Override
  public void close() throws IOException {
    sink.listener().close();
    IOException problem = null;
    for (Map.Entry<Long, CountedFileWriter> scan : scans.entrySet()) {
      scansUnfinished.inc();
      LOG.warn(
          "scan {} has no report, its {} frames are given up: the job ended before the scan",
          scan.getKey(),
          scan.getValue().frames());
      try {
        scan.getValue().close();
      } catch (IOException e) {
        problem = ExceptionUtils.firstOrSuppressed(e, problem);
      }
    }
    if (problem != null) {
      throw problem;
    }
  }

  private void finish(CountedFileWriter writer, ScanReport report) throws IOException {
    scans.remove(report.scan());
    try (writer) {
      List<Path> files = writer.finish(report, sink.provenance(), sink.layout(), sink.file(report));
      for (Path file : files) {
        filesWritten.inc();
        LOG.info(
            "scan {}: wrote {} ({} frames, {} electrons)",
            report.scan(),
            file,
            writer.frames(),
            report.events());
      }
      sink.listener().inPlace(report, files.get(0));
    }
  }
}
