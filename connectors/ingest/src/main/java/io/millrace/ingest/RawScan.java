package io.millrace.ingest;

import io.millrace.detector.raw.RawDataset;
import io.millrace.detector.raw.RawProblem;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A scan from raw files: the sectors of its modules. What is wrong with the files is logged. */
final class RawScan implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(RawScan.class);

  private final List<RawSectors> modules = new ArrayList<>();

  /**
   * Opens the files.
   *
   * @throws IOException if one cannot be opened any more
   */
  RawScan(RawDataset dataset) throws IOException {
    dataset.problems().forEach(p -> LOG.warn("{}", p));
    if (!dataset.problems().isEmpty()) {
      LOG.warn(
          "{} problems, {} records not used, of these for their headers: {}",
          dataset.problems().size(),
          dataset.problems().stream().mapToLong(RawProblem::count).sum(),
          dataset.drops().total() == 0 ? "none" : dataset.drops());
    }
    try {
      for (int m : dataset.modules()) {
        modules.add(new RawSectors(dataset, m));
      }
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  /** By module, the lowest first. */
  List<RawSectors> modules() {
    return modules;
  }

  @Override
  public void close() throws IOException {
    for (RawSectors module : modules) {
      module.close();
    }
  }
}
