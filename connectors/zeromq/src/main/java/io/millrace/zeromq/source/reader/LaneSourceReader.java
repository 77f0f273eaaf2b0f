package io.millrace.zeromq.source.reader;

import io.millrace.coordination.SessionAddress;
import io.millrace.detector.DetectorDescription;
import io.millrace.detector.LaneRecord;
import io.millrace.sockets.CurveKeys;
import io.millrace.zeromq.source.enumerator.DrainEvent;
import io.millrace.zeromq.source.split.LaneSplit;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.annotation.Nullable;
import org.apache.flink.annotation.Internal;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.base.source.reader.SourceReaderBase;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The task's side of its lanes. The threads of the lanes own the sockets; this emits what they hand
 * over.
 */
@Internal
@SuppressWarnings("try") // Flink's readers may be interrupted when they close
public final class LaneSourceReader
    extends SourceReaderBase<LaneRecord, LaneRecord, LaneSplit, LaneState> {
  private static final Logger LOG = LoggerFactory.getLogger(LaneSourceReader.class);

  private final AtomicBoolean draining;
  private final @Nullable SessionNews news;

  private LaneSourceReader(
      LaneFetcherManager fetchers,
      SourceReaderContext context,
      AtomicBoolean draining,
      @Nullable SessionNews news) {
    super(
        fetchers,
        new LaneRecordEmitter(context.metricGroup()),
        context.getConfiguration(),
        context);
    this.draining = draining;
    this.news = news;
  }

  /**
   * A reader that waits for its lanes.
   *
   * @throws IOException if it has a session, and ZooKeeper is not there in time
   */
  public static LaneSourceReader create(
      SourceReaderContext context,
      DetectorDescription detector,
      Set<Long> scans,
      int boundedAfter,
      Configuration options,
      @Nullable SessionAddress session,
      Optional<CurveKeys> keys)
      throws IOException {
    AtomicBoolean draining = new AtomicBoolean();
    SessionNews news = session == null ? null : new SessionNews(session);
    return new LaneSourceReader(
        new LaneFetcherManager(
            () ->
                new LaneSplitReader(
                    context.metricGroup(),
                    detector,
                    scans,
                    boundedAfter,
                    options,
                    draining::get,
                    session,
                    keys,
                    position -> news == null ? ScanKeys.numbers() : news.keys(position),
                    System::nanoTime),
            context.getConfiguration()),
        context,
        draining,
        news);
  }

  @Override
  public void handleSourceEvents(SourceEvent event) {
    if (event instanceof DrainEvent) {
      LOG.info("The session is drained: lanes end when no scan is under way");
      draining.set(true);
    } else {
      super.handleSourceEvents(event);
    }
  }

  @Override
  public void close() throws Exception {
    try {
      super.close();
    } finally {
      if (news != null) {
        news.close();
      }
    }
  }

  @Override
  protected void onSplitFinished(Map<String, LaneState> finished) {
    // Nothing is kept for a lane that has ended.
  }

  @Override
  protected LaneState initializedState(LaneSplit split) {
    return new LaneState(split);
  }

  @Override
  protected LaneSplit toSplitType(String splitId, LaneState state) {
    return state.split();
  }
}
