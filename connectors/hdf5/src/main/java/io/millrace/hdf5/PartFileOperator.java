package io.millrace.hdf5;

import io.millrace.detector.CountedFrame;
import io.millrace.detector.HotPixelList;
import io.millrace.detector.SampleHistogram;
import io.millrace.detector.ScanImage;
import io.millrace.detector.ScanKey;
import io.millrace.detector.ScanRecord;
import io.millrace.detector.ScanReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.annotation.Internal;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.ExceptionUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One {@link CountedFileWriter} for each scan that is under way, keyed by scan. With checkpoints, a
 * restarted job goes on with the part files as they were at the last one, on whatever node.
 *
 * <p>An operator and not a function, since it looks at all its scans when a checkpoint is taken.
 */
@Internal
final class PartFileOperator extends AbstractStreamOperator<WholeFile>
    implements OneInputStreamOperator<ScanRecord, WholeFile> {
  private static final Logger LOG = LoggerFactory.getLogger(PartFileOperator.class);

  private final CountedFileSink sink;
  private final boolean checkpointing;

  private transient Map<Long, CountedFileWriter> writers;
  private transient ValueState<byte[]> unfinished;

  /** What comes between a scan's frames and its report. */
  private transient ListState<ScanRecord> afterFrames;

  private transient Counter framesWritten;
  private transient Counter eventsWritten;
  private transient Counter scansUnfinished;

  /**
   * @param checkpointing whether part files outlive a task that fails
   */
  PartFileOperator(CountedFileSink sink, boolean checkpointing) {
    this.sink = sink;
    this.checkpointing = checkpointing;
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    unfinished =
        context
            .getKeyedStateStore()
            .getState(
                new ValueStateDescriptor<>(
                    "unfinished", PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO));
    afterFrames =
        context
            .getKeyedStateStore()
            .getListState(
                new ListStateDescriptor<>("after-frames", Types.GENERIC(ScanRecord.class)));
  }

  @Override
  public void open() throws Exception {
    super.open();
    writers = new HashMap<>();
    framesWritten = getMetricGroup().counter("framesWritten");
    eventsWritten = getMetricGroup().counter("eventsWritten");
    scansUnfinished = getMetricGroup().counter("scansUnfinished");
  }

  @Override
  public void processElement(StreamRecord<ScanRecord> element) throws Exception {
    ScanRecord record = element.getValue();
    if (record instanceof CountedFrame frame) {
      writer(frame.scan).add(frame);
      framesWritten.inc();
      eventsWritten.inc(frame.events.size());
    } else if (record instanceof ScanReport report) {
      output.collect(new StreamRecord<>(complete(report)));
    } else {
      afterFrames.add(record);
    }
  }

  private CountedFileWriter writer(long scan) throws IOException {
    CountedFileWriter writer = writers.get(scan);
    if (writer == null) {
      byte[] snapshot = unfinished.value();
      if (snapshot == null) {
        writer = begin(scan);
      } else {
        writer = CountedFileWriter.resume(snapshot, sink.detector(), sink.centroids());
        LOG.info("scan {}: goes on behind {} frames", ScanKey.name(scan), writer.frames());
      }
      writers.put(scan, writer);
    }
    return writer;
  }

  /**
   * Begins a scan's part file. If there is one, another attempt of this job has died with it, or
   * has not noticed yet that it is over.
   */
  private CountedFileWriter begin(long scan) throws IOException {
    int attempt = 1;
    while (isTaken(sink.part(scan, attempt))) {
      // Begun after the last checkpoint: nobody can go on with it.
      if (checkpointing && PartLock.removeOrphan(sink.part(scan, attempt))) {
        LOG.info(
            "scan {}: {} was begun after the last checkpoint of a job that died, and begins anew",
            ScanKey.name(scan),
            sink.part(scan, attempt));
      } else {
        LOG.warn(
            "scan {}: {} is there already, of a task that was killed or of another job with this id;"
                + " it is left as it is",
            ScanKey.name(scan),
            sink.part(scan, attempt));
        attempt++;
      }
    }
    return new CountedFileWriter(sink.part(scan, attempt), sink.detector(), sink.centroids());
  }

  private static boolean isTaken(Path part) {
    return Files.exists(part) || Files.exists(CountedFileName.flat(part));
  }

  private WholeFile complete(ScanReport report) throws Exception {
    CountedFileWriter writer = writer(report.scan());
    for (ScanRecord record : afterFrames.get()) {
      if (record instanceof ScanImage image) {
        writer.add(image);
      } else if (record instanceof HotPixelList hotPixels) {
        writer.add(hotPixels);
      } else if (record instanceof SampleHistogram histogram) {
        writer.add(histogram);
      }
    }
    // If this fails, the writer is still among the others: closing keeps its part for another try.
    WholeFile whole = writer.complete(report, sink.provenance(), sink.layout(), sink.file(report));
    writers.remove(report.scan());
    unfinished.clear();
    afterFrames.clear();
    writer.close();
    return whole;
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    for (Map.Entry<Long, CountedFileWriter> scan : writers.entrySet()) {
      setCurrentKey(scan.getKey());
      unfinished.update(scan.getValue().snapshot());
    }
  }

  /** The job ends, and nobody goes on with what is unfinished. */
  @Override
  public void finish() throws Exception {
    super.finish();
    giveUp();
  }

  @Override
  public void close() throws Exception {
    try {
      if (writers != null && checkpointing) {
        suspend();
      } else if (writers != null) {
        giveUp();
      }
    } finally {
      super.close();
    }
  }

  private void suspend() throws IOException {
    IOException problem = null;
    for (Map.Entry<Long, CountedFileWriter> scan : writers.entrySet()) {
      scansUnfinished.inc();
      LOG.warn(
          "scan {}: {} frames stay in {}. The job goes on with it if it starts again from its last"
              + " checkpoint; if not, they are lost, and the part may be removed",
          ScanKey.name(scan.getKey()),
          scan.getValue().frames(),
          scan.getValue().part());
      try {
        scan.getValue().suspend();
      } catch (IOException e) {
        problem = ExceptionUtils.firstOrSuppressed(e, problem);
      }
    }
    writers.clear();
    if (problem != null) {
      throw problem;
    }
  }

  private void giveUp() throws IOException {
    IOException problem = null;
    for (Map.Entry<Long, CountedFileWriter> scan : writers.entrySet()) {
      scansUnfinished.inc();
      LOG.warn(
          "scan {} has no report, its {} frames are given up: the job ended before the scan",
          ScanKey.name(scan.getKey()),
          scan.getValue().frames());
      try {
        scan.getValue().close();
      } catch (IOException e) {
        problem = ExceptionUtils.firstOrSuppressed(e, problem);
      }
    }
    writers.clear();
    if (problem != null) {
      throw problem;
    }
  }
}
