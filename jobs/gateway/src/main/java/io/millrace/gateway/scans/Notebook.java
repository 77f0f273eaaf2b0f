package io.millrace.gateway.scans;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.UncheckedIOException;

/**
 * A Jupyter notebook that opens a scan: first with h5py and numpy alone, then with stempy and
 * py4DSTEM, whose cells say so and do nothing where they are not installed. It runs as it is where
 * the file is at its path, or beside the notebook.
 */
final class Notebook {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Notebook() {}

  /** The notebook of a scan that has a file. */
  static String of(CatalogueScan scan) {
    ObjectNode notebook = JSON.createObjectNode();
    ArrayNode cells = notebook.putArray("cells");
    words(
        cells,
        """
        # Scan %s

        Made by the Millrace gateway. The first cells need `h5py` and `numpy` only."""
            .formatted(scan.id()));
    code(
        cells,
        """
        import os
        import h5py
        import numpy

        PATH = %s  # where the scan was written
        FILE = next((p for p in (os.environ.get("MILLRACE_FILE"), PATH, os.path.basename(PATH)) if p and os.path.exists(p)), PATH)
        f = h5py.File(FILE, "r")
        frames = f["electron_events/frames"]
        rows, columns = int(frames.attrs["Nx"]), int(frames.attrs["Ny"])
        positions = f["electron_events/scan_positions"].attrs
        width, height = int(positions["Nx"]), int(positions["Ny"])
        per_position = len(frames) // (width * height)
        print("scan", width, "x", height, "(the last column is the flyback), detector", rows, "x", columns)"""
            .formatted(python(scan.file())));
    code(
        cells,
        """
        events = frames[:]  # of each frame: row * columns + column of each electron
        electrons = sum(len(e) for e in events)
        mask = f["millrace/sector_mask"][:]  # 0: nothing arrived, else one bit a module
        print("electrons:", electrons)
        print("frames that arrived:", int((mask != 0).sum()), "of", len(mask))""");
    code(
        cells,
        """
        x, y = width // 2, height // 2  # the pattern of one position
        pattern = numpy.zeros(rows * columns, dtype=int)
        for k in range(per_position):
            numpy.add.at(pattern, events[(y * width + x) * per_position + k].astype(int), 1)
        pattern = pattern.reshape(rows, columns)
        print("electrons at", (x, y), ":", int(pattern.sum()))""");
    code(
        cells,
        """
        inner, outer, cx, cy = 120, 280, columns / 2, rows / 2  # a virtual detector of your own
        r, c = numpy.divmod(numpy.arange(rows * columns), columns)
        d2 = (c - cx) ** 2 + (r - cy) ** 2
        inside = (inner ** 2 <= d2) & (d2 < outer ** 2)
        counts = numpy.array([inside[e.astype(int)].sum() for e in events])
        image = counts.reshape(height, width, per_position).sum(axis=2)
        print("electrons in the ring:", int(image.sum()))""");
    code(
        cells,
        """
        images = {name: f["millrace/images"][name][:] for name in f["millrace/images"]}
        for name in images:
            print(name, images[name].shape, f["millrace/images"][name].attrs["description"])""");
    code(
        cells,
        """
        try:  # needs matplotlib
            import matplotlib.pyplot as plt
        except ImportError:
            print("matplotlib is not installed, so there are no pictures")
        else:
            fig, axes = plt.subplots(1, 2, figsize=(10, 4))
            axes[0].imshow(image[:, :-1], cmap="gray")
            axes[0].set_title("ring")
            axes[1].imshow(numpy.log1p(images["sum_pattern"]), cmap="inferno")
            axes[1].set_title("sum of all patterns, log")
            plt.show()""");
    words(cells, "The next cells need `stempy` and `py4DSTEM`, and do nothing without.");
    code(
        cells,
        """
        try:  # needs stempy
            from stempy.io.sparse_array import SparseArray
        except ImportError:
            print("stempy is not installed")
        else:
            array = SparseArray.from_hdf5(FILE)
            print(array)""");
    code(
        cells,
        """
        try:  # needs py4DSTEM
            import py4DSTEM
        except ImportError:
            print("py4DSTEM is not installed")
        else:
            n = 8  # whole patterns are large: a corner of n x n positions
            cube = numpy.zeros((min(n, height), min(n, width), rows * columns), dtype="uint16")
            for j in range(cube.shape[0]):
                for i in range(cube.shape[1]):
                    for k in range(per_position):
                        numpy.add.at(cube[j, i], events[(j * width + i) * per_position + k].astype(int), 1)
            datacube = py4DSTEM.DataCube(data=cube.reshape(cube.shape[:2] + (rows, columns)))
            print(datacube)""");
    ObjectNode metadata = notebook.putObject("metadata");
    metadata
        .putObject("kernelspec")
        .put("display_name", "Python 3")
        .put("language", "python")
        .put("name", "python3");
    metadata.putObject("language_info").put("name", "python");
    notebook.put("nbformat", 4);
    notebook.put("nbformat_minor", 5);
    try {
      return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(notebook);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e); // a tree of texts can always be written
    }
  }

  private static void words(ArrayNode cells, String markdown) {
    cell(cells, "markdown", markdown);
  }

  private static void code(ArrayNode cells, String python) {
    ObjectNode cell = cell(cells, "code", python);
    cell.putNull("execution_count");
    cell.putArray("outputs");
  }

  private static ObjectNode cell(ArrayNode cells, String type, String source) {
    ObjectNode cell = cells.addObject();
    cell.put("cell_type", type);
    cell.put("id", "cell-" + cells.size());
    cell.putObject("metadata");
    cell.put("source", source);
    return cell;
  }

  /** A text as Python writes it: as JSON does, with all but ASCII escaped. */
  private static String python(String text) {
    StringBuilder literal = new StringBuilder("\"");
    for (char c : text.toCharArray()) {
      if (c == '"' || c == '\\') {
        literal.append('\\').append(c);
      } else if (c >= ' ' && c < 0x7f) {
        literal.append(c);
      } else {
        literal.append("\\u%04x".formatted((int) c));
      }
    }
    return literal.append('"').toString();
  }
}
