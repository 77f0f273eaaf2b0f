package io.millrace.references;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * References as labs make them, by numpy and h5py (package python3-h5py, for the system's own
 * Python).
 */
class NumpyFilesIT {
  private static final String PYTHON = "/usr/bin/python3";

  @TempDir Path dir;

  /** Runs a script beside its files, with {@code a}: the numbers 0 to 11 in 3 rows. */
  private void python(String script) throws Exception {
    Path program =
        Files.writeString(
            dir.resolve("script.py"),
            "import h5py, numpy\na = numpy.arange(12).reshape(3, 4)\n" + script);
    Path output = dir.resolve("output.txt");
    Process process;
    try {
      process =
          new ProcessBuilder(PYTHON, program.toString())
              .directory(dir.toFile())
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
    } catch (IOException e) {
      throw new AssertionError(PYTHON + " is needed: install the package python3-h5py", e);
    }
    boolean ended = process.waitFor(1, TimeUnit.MINUTES);
    process.destroyForcibly();
    assertThat(ended).as("the script ended").isTrue();
    assertThat(process.exitValue()).as(Files.readString(output)).isZero();
  }

  private ReferenceMap read(String name) {
    return ReferenceMap.read(dir.resolve(name).toString(), Cameras.SMALL);
  }

  @Test
  void everyTypeOfNumpyIsRead() throws Exception {
    List<String> types =
        Stream.of("u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f2", "f4", "f8")
            .flatMap(type -> Stream.of("<" + type, ">" + type))
            .toList();
    python(
        """
        for t in '%s'.split():
            b = a.astype(t)
            numpy.save('c%%s.npy' %% t, b)
            numpy.save('fortran%%s.npy' %% t, numpy.asfortranarray(b))
            numpy.save('one_page%%s.npy' %% t, b[None])
            for version in 1, 2, 3:
                with open('version_%%d%%s.npy' %% (version, t), 'wb') as f:
                    numpy.lib.format.write_array(f, b, (version, 0))
            with h5py.File('map%%s.h5' %% t, 'w') as f:
                f['dark'] = b
        """
            .formatted(String.join(" ", types)));
    for (String type : types) {
      for (String file :
          List.of(
              "c%s.npy",
              "fortran%s.npy",
              "one_page%s.npy",
              "version_1%s.npy",
              "version_2%s.npy",
              "version_3%s.npy",
              "map%s.h5")) {
        String name = file.formatted(type);
        assertThat(read(name).values(null)).as(name).isEqualTo(Cameras.COUNTED);
      }
    }
  }

  @Test
  void masksAreRead() throws Exception {
    python(
        """
        mask = (a == 1) | (a == 7)
        numpy.save('mask.npy', mask)
        numpy.savetxt('bad.txt', numpy.argwhere(mask), '%d', ',', header='row,column')
        with h5py.File('mask.h5', 'w') as f:
            f['detector/mask'] = mask
        with h5py.File('counted.h5', 'w') as f:
            f['electron_events/scan_positions'] = [0]
            f['millrace/hot_pixels'] = numpy.flatnonzero(mask).astype('u4')
            f['millrace'].attrs['detector_rows'] = 3
            f['millrace'].attrs['detector_columns'] = 4
        """);
    for (String file : new String[] {"mask.npy", "bad.txt", "mask.h5", "counted.h5"}) {
      assertThat(BadPixels.read(dir.resolve(file).toString(), Cameras.SMALL))
          .as(file)
          .isEqualTo(Cameras.bad(1, 7));
    }
  }

  @Test
  void aListWithoutHotPixelsMarksNone() throws Exception {
    python(
        """
        with h5py.File('counted.h5', 'w') as f:
            f['electron_events/scan_positions'] = [0]
            f['millrace/hot_pixels'] = numpy.zeros(0, 'u4')
            f['millrace'].attrs['detector_rows'] = 3
            f['millrace'].attrs['detector_columns'] = 4
        """);
    assertThat(BadPixels.read(dir.resolve("counted.h5").toString(), Cameras.SMALL))
        .isEqualTo(Cameras.bad());
  }

  @Test
  void compressedDataSetsAreRead() throws Exception {
    python(
        """
        with h5py.File('maps.h5', 'w') as f:
            for name, options in dict(
                    gzip=dict(compression='gzip'), lzf=dict(compression='lzf'),
                    shuffled=dict(compression='gzip', shuffle=True, fletcher32=True),
                    plain=dict(chunks=(2, 2))).items():
                f.create_dataset(name, data=a.astype('f4'), **options)
        """);
    for (String name : new String[] {"gzip", "lzf", "shuffled", "plain"}) {
      assertThat(read("maps.h5:/" + name).values(null)).as(name).isEqualTo(Cameras.COUNTED);
    }
  }

  /** Groups that hold each other, and links to what is not there. */
  @Test
  void linksDoNotMakeMoreMapsThanThereAre() throws Exception {
    python(
        """
        with h5py.File('map.h5', 'w') as f:
            f['measured/dark'] = a
            f['again'] = f['measured/dark']
            f['measured/round'] = f['/']
            f['soft'] = h5py.SoftLink('/measured/dark')
            f['nothing'] = h5py.SoftLink('/no/such')
            f['outside'] = h5py.ExternalLink('no_such.h5', '/dark')
        """);
    for (String name : new String[] {"map.h5", "map.h5:/soft", "map.h5:/measured/dark"}) {
      assertThat(read(name).values(null)).as(name).isEqualTo(Cameras.COUNTED);
    }
    assertThatThrownBy(() -> read("map.h5:/nothing"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no data set /nothing");
    assertThatThrownBy(() -> read("map.h5:/outside"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no data set /outside");
  }
}
