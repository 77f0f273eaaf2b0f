package io.millrace.zeromq.source.reader;

import io.millrace.detector.LaneRecord;
import io.millrace.zeromq.source.split.LaneSplit;
import java.util.List;
import java.util.function.Supplier;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.base.source.reader.fetcher.SplitFetcher;
import org.apache.flink.connector.base.source.reader.fetcher.SplitFetcherManager;
import org.apache.flink.connector.base.source.reader.splitreader.SplitReader;

/** Gives every lane a thread of its own. */
final class LaneFetcherManager extends SplitFetcherManager<LaneRecord, LaneSplit> {
  LaneFetcherManager(Supplier<SplitReader<LaneRecord, LaneSplit>> readers, Configuration config) {
    super(readers, config);
  }

  @Override
  public void addSplits(List<LaneSplit> splits) {
    for (LaneSplit split : splits) {
      SplitFetcher<LaneRecord, LaneSplit> fetcher = createSplitFetcher();
      fetcher.addSplits(List.of(split));
      startFetcher(fetcher);
    }
  }

  @Override
  public void removeSplits(List<LaneSplit> splits) {
    throw new UnsupportedOperationException("a lane leaves its reader only when it ends");
  }
}
