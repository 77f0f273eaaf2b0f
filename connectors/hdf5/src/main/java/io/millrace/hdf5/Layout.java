package io.millrace.hdf5;

/** How the events of a scan lie in its file. */
public enum Layout {
  /** One list a frame, as existing readers expect it: {@code FOURD_*.h5}. */
  VLEN,
  /** Two compressed arrays (CSR), smaller and quick to load: {@code FOURD_*_flat.h5}. */
  FLAT,
  /** Both files. */
  BOTH
}
