package io.millrace.hdf5;

import io.millrace.detector.ScanKey;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.apache.flink.annotation.Internal;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.api.connector.sink2.CommitterInitContext;
import org.apache.flink.api.connector.sink2.CommittingSinkWriter;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SupportsCommitter;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives whole parts their names: at once, or with checkpoints, when the next one is complete. Until
 * then a crash would bring the scan's last frames once more.
 */
@Internal
final class NamingSink implements Sink<WholeFile>, SupportsCommitter<WholeFile> {
  private static final Logger LOG = LoggerFactory.getLogger(NamingSink.class);

  private final ResultListener listener;
  private final boolean checkpointing;

  NamingSink(ResultListener listener, boolean checkpointing) {
    this.listener = listener;
    this.checkpointing = checkpointing;
  }

  @Override
  public CommittingSinkWriter<WholeFile, WholeFile> createWriter(WriterInitContext context) {
    return checkpointing ? new Collecting() : new AtOnce(new Namer(context.metricGroup()));
  }

  @Override
  public Committer<WholeFile> createCommitter(CommitterInitContext context) {
    return new Committing(new Namer(context.metricGroup()));
  }

  @Override
  public SimpleVersionedSerializer<WholeFile> getCommittableSerializer() {
    return new WholeFileSerializer();
  }

  /** Names files, and tells of it. */
  private final class Namer implements AutoCloseable {
    private final Counter filesWritten;
    private final Counter filesNotNamed;
    private boolean listening;

    Namer(MetricGroup metrics) {
      filesWritten = metrics.counter("filesWritten");
      filesNotNamed = metrics.counter("filesNotNamed");
    }

    void name(WholeFile whole) throws IOException {
      List<Path> files = whole.name();
      for (Path file : files) {
        filesWritten.inc();
        LOG.info(
            "scan {}: wrote {} ({} frames, {} electrons)",
            ScanKey.name(whole.report().scan()),
            file,
            whole.report().complete() + whole.report().incomplete(),
            whole.report().events());
      }
      listen();
      listener.inPlace(whole.report(), files.get(0));
    }

    void notNamed(WholeFile whole, IOException reason) {
      filesNotNamed.inc();
      LOG.error(
          "scan {} has no file: {}", ScanKey.name(whole.report().scan()), reason.getMessage());
      listen();
      listener.notInPlace(whole.report(), reason.getMessage());
    }

    private void listen() {
      if (!listening) {
        listener.open();
        listening = true;
      }
    }

    @Override
    public void close() {
      if (listening) {
        listener.close();
      }
    }
  }

  private record AtOnce(Namer namer) implements CommittingSinkWriter<WholeFile, WholeFile> {
    @Override
    public void write(WholeFile whole, Context context) throws IOException {
      namer.name(whole);
    }

    @Override
    public void flush(boolean endOfInput) {
      // Nothing waits here.
    }

    @Override
    public Collection<WholeFile> prepareCommit() {
      return List.of();
    }

    @Override
    public void close() {
      namer.close();
    }
  }

  private static final class Collecting implements CommittingSinkWriter<WholeFile, WholeFile> {
    private List<WholeFile> whole = new ArrayList<>();

    @Override
    public void write(WholeFile file, Context context) {
      whole.add(file);
    }

    @Override
    public void flush(boolean endOfInput) {
      // Parts are whole and on the disk when they come here.
    }

    @Override
    public Collection<WholeFile> prepareCommit() {
      List<WholeFile> ready = whole;
      whole = new ArrayList<>();
      return ready;
    }

    @Override
    public void close() {
      // What was not handed over comes again after a restart.
    }
  }

  private record Committing(Namer namer) implements Committer<WholeFile> {
    @Override
    public void commit(Collection<CommitRequest<WholeFile>> requests) {
      for (CommitRequest<WholeFile> request : requests) {
        try {
          namer.name(request.getCommittable());
        } catch (IOException e) {
          // The job would fail of it again at each start, with all the other scans.
          namer.notNamed(request.getCommittable(), e);
          request.signalFailedWithKnownReason(e);
        }
      }
    }

    @Override
    public void close() {
      namer.close();
    }
  }
}
