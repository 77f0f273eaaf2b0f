package io.millrace.counting;

import io.millrace.coordination.ScanJournal;
import io.millrace.coordination.SessionAddress;
import io.millrace.detector.ScanReport;
import io.millrace.hdf5.ResultListener;
import java.nio.file.Path;

/** Writes into the session's journal which file a scan has become. */
final class JournalledResults implements ResultListener {
  private final SessionAddress session;
  private transient ScanJournal journal;

  JournalledResults(SessionAddress session) {
    this.session = session;
  }

  @Override
  public void open() {
    journal = new ScanJournal(session);
  }

  @Override
  public void inPlace(ScanReport report, Path file) {
    journal.ended(report, file);
  }

  @Override
  public void notInPlace(ScanReport report, String reason) {
    journal.failed(report.scan(), reason);
  }

  @Override
  public void close() {
    journal.close();
  }
}
