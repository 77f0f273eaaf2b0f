package io.millrace.gateway.scans;

import io.millrace.detector.IntList;
import io.millrace.gateway.live.PositionEvents;
import io.millrace.hdf5.CountedFile;
import java.lang.ref.Cleaner;

/**
 * The events of a scan in its file. The file stays open as long as somebody holds this, and no
 * longer: who looks at a scan does not say when he has seen enough.
 */
final class FileEvents implements PositionEvents {
  private static final Cleaner CLEANER = Cleaner.create();

  private final CountedFile file;
  private final int[] frames;

  /**
   * Takes over a file.
   *
   * @param frames by position: how many frames of it there are
   */
  FileEvents(CountedFile file, int[] frames) {
    this.file = file;
    this.frames = frames;
    CLEANER.register(this, file::close);
  }

  @Override
  public int frames(int position) {
    return frames[position];
  }

  @Override
  public void addTo(int position, IntList events) {
    synchronized (file) {
      for (int k = 0; k < file.framesPerPosition(); k++) {
        int[] ofFrame = file.events(position, k);
        events.add(ofFrame, 0, ofFrame.length);
      }
    }
  }

  @Override
  public long bytes() {
    return 0;
  }
}
