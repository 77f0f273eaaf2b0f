package io.millrace.gateway.scans;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.millrace.detector.ScanImage;
import io.millrace.detector.ScanImage.Axes;
import io.millrace.detector.live.LiveRing;
import io.millrace.gateway.live.LiveScan;
import io.millrace.gateway.live.LiveScans;
import io.millrace.gateway.live.PositionPattern;
import io.millrace.gateway.live.RingImages;
import io.millrace.gateway.people.Role;
import io.millrace.gateway.server.ApiException;
import io.millrace.gateway.server.Json;
import io.millrace.gateway.server.Query;
import io.millrace.gateway.server.Routes;
import io.millrace.hdf5.CountedFile;
import io.millrace.hdf5.ImageOutline;
import io.millrace.operators.images.VirtualDetector;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The scans that there were and are, their images, and what can be taken away of them. */
public final class ScanRoutes implements Routes {
  private static final String SCANS = "/api/v1/scans";
  private static final String SCAN = SCANS + "/{id}";

  private static final int USUAL = 50;
  private static final int MOST = 500;

  /** An export has all that a filter lets through, up to so many. */
  private static final int MOST_EXPORTED = 100_000;

  private static final int MOST_RINGS = 32;

  private final Catalogue catalogue;
  private final LiveScans live;
  private final ScanFiles files;
  private final ResultFolders folders;
  private final Function<String, Optional<String>> machineOf;

  /**
   * @param live those in memory
   * @param files those in files
   * @param folders that files may be given away from
   * @param machineOf the machine on which a session has run, by the session's name
   */
  public ScanRoutes(
      Catalogue catalogue,
      LiveScans live,
      ScanFiles files,
      ResultFolders folders,
      Function<String, Optional<String>> machineOf) {
    this.machineOf = machineOf;
    this.catalogue = catalogue;
    this.live = live;
    this.files = files;
    this.folders = folders;
  }

  @Override
  public void addTo(RoutesConfig routes) {
    routes.get(SCANS, this::list, Role.VIEWER);
    routes.get(SCANS + ".json", this::exportJson, Role.VIEWER);
    routes.get(SCANS + ".csv", this::exportCsv, Role.VIEWER);
    routes.get(SCAN, this::one, Role.VIEWER);
    routes.patch(SCAN, this::annotate, Role.OPERATOR);
    routes.get(SCAN + "/file", this::file, Role.VIEWER);
    routes.get(SCAN + "/thumbnail.png", this::thumbnail, Role.VIEWER);
    routes.get(SCAN + "/images/{image}", this::image, Role.VIEWER);
    routes.post(SCAN + "/rings", this::rings, Role.VIEWER);
    routes.get(SCAN + "/pattern", this::pattern, Role.VIEWER);
    routes.get(SCAN + "/metadata.json", this::metadata, Role.VIEWER);
    routes.get(SCAN + "/notebook.ipynb", this::notebook, Role.VIEWER);
  }

  private void list(Context request) {
    ScanFilter filter = ScanQuery.filter(request);
    int limit = Query.integer(request, "limit", USUAL, 1, MOST);
    int offset = Query.integer(request, "offset", 0, 0, Integer.MAX_VALUE);
    ObjectNode answer = Json.mapper().createObjectNode();
    answer.put("total", catalogue.count(filter));
    ArrayNode scans = answer.putArray("scans");
    Function<String, Optional<String>> machines = remembered(machineOf);
    catalogue.search(filter, limit, offset).forEach(scan -> scans.add(json(scan, machines)));
    request.json(answer);
  }

  private void exportJson(Context request) {
    ArrayNode scans = Json.mapper().createArrayNode();
    Function<String, Optional<String>> machines = remembered(machineOf);
    catalogue
        .search(ScanQuery.filter(request), MOST_EXPORTED, 0)
        .forEach(scan -> scans.add(json(scan, machines)));
    offer(request, "scans.json");
    request.json(scans);
  }

  private void exportCsv(Context request) {
    StringBuilder lines =
        new StringBuilder(
            Csv.line(
                List.of(
                    "id",
                    "session",
                    "number",
                    "started",
                    "ended",
                    "state",
                    "width",
                    "height",
                    "complete",
                    "incomplete",
                    "absent",
                    "file",
                    "bytes",
                    "sha256",
                    "tags",
                    "notes")));
    for (CatalogueScan s : catalogue.search(ScanQuery.filter(request), MOST_EXPORTED, 0)) {
      lines.append(
          Csv.line(
              Arrays.asList(
                  s.id(),
                  s.session(),
                  s.number(),
                  s.started(),
                  s.ended(),
                  s.state(),
                  s.width(),
                  s.height(),
                  s.complete(),
                  s.incomplete(),
                  s.absent(),
                  s.file(),
                  s.bytes(),
                  s.sha256(),
                  String.join(" ", s.tags()),
                  s.notes())));
    }
    offer(request, "scans.csv");
    request
        .contentType("text/csv; charset=utf-8")
        .result(lines.toString().getBytes(StandardCharsets.UTF_8));
  }

  private void one(Context request) throws IOException {
    CatalogueScan scan = scan(request);
    ObjectNode answer = json(scan);
    answer.put("reason", scan.reason());
    answer.put("previous", catalogue.previous(scan).orElse(null));
    answer.put("next", catalogue.next(scan).orElse(null));
    ArrayNode rings = answer.putArray("rings");
    underWay(scan).ifPresent(shown -> shown.rings().forEach(ring -> rings.add(ring.name())));
    boolean fromFile = rings.isEmpty();
    ArrayNode images = answer.putArray("images");
    for (ImageOutline image : images(scan)) {
      if (fromFile && ScanFiles.isRing(image)) {
        rings.add(image.name());
      }
      images
          .addObject()
          .put("name", image.name())
          .put("width", image.columns())
          .put("height", image.rows())
          .put("axes", image.axes().name())
          .put("description", image.description())
          .put("counts", image.counts());
    }
    request.json(answer);
  }

  /** Of all that its file has, or of those so far. */
  private List<ImageOutline> images(CatalogueScan scan) throws IOException {
    Optional<LiveScan> underWay = underWay(scan);
    if (underWay.isPresent()) {
      return underWay.get().imageNames().stream()
          .map(name -> outline(underWay.get(), name))
          .toList();
    }
    Optional<Path> path = folders.find(scan.file());
    if (path.isEmpty()) {
      return List.of();
    }
    try (CountedFile file = new CountedFile(path.get())) {
      return file.imageNames().stream().map(file::outline).toList();
    }
  }

  private static ImageOutline outline(LiveScan scan, String name) {
    return new ImageOutline(
        name,
        LiveScan.SO_FAR,
        Axes.SCAN,
        scan.geometry().height(),
        scan.geometry().width(),
        scan.isCounts(name));
  }

  private Optional<LiveScan> underWay(CatalogueScan scan) {
    return live.find(scan.id()).filter(s -> !s.hasEnded() && s.isDescribed());
  }

  /** Many scans are of few sessions. */
  private static Function<String, Optional<String>> remembered(
      Function<String, Optional<String>> machineOf) {
    Map<String, Optional<String>> known = new HashMap<>();
    return session -> known.computeIfAbsent(session, machineOf);
  }

  private ObjectNode json(CatalogueScan scan) {
    return json(scan, machineOf);
  }

  private ObjectNode json(CatalogueScan scan, Function<String, Optional<String>> machines) {
    ObjectNode json = Json.mapper().valueToTree(scan);
    json.remove(List.of("generation", "reason"));
    json.put("live", underWay(scan).isPresent());
    json.put("fileHere", folders.find(scan.file()).isPresent());
    json.put("machine", machines.apply(scan.session()).orElse(null));
    return json;
  }

  private CatalogueScan scan(Context request) {
    String id = request.pathParam("id");
    return catalogue
        .find(id)
        .orElseThrow(
            () ->
                new ApiException(
                    404,
                    "unknown-scan",
                    "there is no scan '%s'; GET /api/v1/scans lists all".formatted(id)));
  }

  private void annotate(Context request) {
    ScanNotes notes = Json.body(request, ScanNotes.class).checked();
    CatalogueScan scan = scan(request);
    request.json(
        json(
            catalogue
                .annotate(scan.id(), notes.notes(), notes.tags(), notes.metadata())
                .orElseThrow()));
  }

  private void file(Context request) throws IOException {
    CatalogueScan scan = scan(request);
    Path path = path(scan);
    FileDownload.answer(request, path, path.getFileName().toString(), scan.sha256());
  }

  private Path path(CatalogueScan scan) {
    if (scan.file() == null) {
      throw new ApiException(
          404,
          "no-file",
          "scan %s has no file: it is %s%s"
              .formatted(
                  scan.id(),
                  scan.state(),
                  scan.reason().isEmpty() ? "" : " (" + scan.reason() + ")"));
    }
    return folders
        .find(scan.file())
        .orElseThrow(
            () ->
                new ApiException(
                    404,
                    "file-elsewhere",
                    ("the file of scan %s was written to %s on %s, which is in no folder of this"
                            + " gateway's --results; fetch it from there, or mount its folder here")
                        .formatted(
                            scan.id(),
                            scan.file(),
                            machineOf
                                .apply(scan.session())
                                .orElse("the machine that counted it"))));
  }

  private void thumbnail(Context request) {
    CatalogueScan scan = scan(request);
    byte[] png =
        underWay(scan)
            .map(ScanRoutes::thumbnail)
            .or(() -> catalogue.thumbnail(scan.id()))
            .orElseGet(() -> Thumbnail.saying(whyNone(scan)));
    request.contentType("image/png").result(png);
  }

  /** The image that its file will have, so far. */
  private static byte[] thumbnail(LiveScan scan) {
    String name =
        scan.rings().stream()
            .filter(ring -> ring.inner() > 0)
            .findFirst()
            .map(LiveRing::name)
            .orElse("total_counts");
    return Thumbnail.of(scan.image(name).orElseThrow());
  }

  private String whyNone(CatalogueScan scan) {
    if (!scan.hasEnded()) {
      return scan.state().equals(CatalogueScan.SILENT)
          ? "no image: " + scan.reason()
          : "no image yet: the scan is under way";
    }
    if (scan.file() == null) {
      return "no image: " + (scan.reason().isEmpty() ? "there is no file" : scan.reason());
    }
    return folders.find(scan.file()).isEmpty()
        ? "no image: the file is on another machine"
        : "the image is being made";
  }

  private void image(Context request) throws IOException {
    String asked = request.pathParam("image");
    int dot = asked.lastIndexOf('.');
    ImageFile format = ImageFile.named(asked.substring(dot + 1));
    CatalogueScan scan = scan(request);
    String name = asked.substring(0, Math.max(0, dot));
    ScanImage image =
        image(scan, name)
            .orElseThrow(
                () ->
                    new ApiException(
                        404,
                        "unknown-image",
                        "scan %s has no image '%s'; GET /api/v1/scans/%s lists all"
                            .formatted(scan.id(), name, scan.id())));
    if (format == ImageFile.F32) {
      size(request, image.columns(), image.rows());
    }
    offer(request, scan.id() + "-" + asked);
    request.contentType(format.contentType()).result(format.of(image, request));
  }

  private Optional<ScanImage> image(CatalogueScan scan, String name) throws IOException {
    Optional<LiveScan> underWay = underWay(scan);
    if (underWay.isPresent()) {
      return underWay.get().image(name);
    }
    try (CountedFile file = new CountedFile(path(scan))) {
      return file.imageNames().contains(name) ? Optional.of(file.image(name)) : Optional.empty();
    }
  }

  private static void size(Context request, int width, int height) {
    request.header("X-Width", Integer.toString(width));
    request.header("X-Height", Integer.toString(height));
  }

  private static void offer(Context request, String name) {
    request.header(
        "Content-Disposition",
        "inline; filename=\"%s\"".formatted(name.replaceAll("[^A-Za-z0-9._-]", "_")));
  }

  private void rings(Context request) throws IOException {
    List<VirtualDetector> rings = ringsOf(request);
    LiveScan scan = shown(scan(request));
    if ("f32".equals(request.queryParam("format"))) {
      if (rings.size() != 1) {
        throw new ApiException(400, "bad-value", "format=f32 is for one ring");
      }
      size(request, scan.geometry().width(), scan.geometry().height());
      request
          .contentType("application/octet-stream")
          .result(ImageFile.bytes(RingImages.values(scan, rings.get(0))));
    } else {
      request.contentType("application/octet-stream").result(RingImages.messages(scan, rings));
    }
  }

  /** A ring as a request has it. */
  private record Ring(String name, double inner, double outer, double x, double y) {}

  private static List<VirtualDetector> ringsOf(Context request) {
    Ring[] rings = Json.body(request, Ring[].class);
    if (rings.length == 0 || rings.length > MOST_RINGS) {
      throw new ApiException(400, "bad-value", "send 1 to %d rings".formatted(MOST_RINGS));
    }
    try {
      return Arrays.stream(rings)
          .map(r -> new VirtualDetector(r.name(), r.inner(), r.outer(), r.x(), r.y()))
          .toList();
    } catch (IllegalArgumentException | NullPointerException e) {
      throw new ApiException(
          400, "bad-value", e.getMessage() == null ? "a ring is missing" : e.getMessage());
    }
  }

  /** From memory as long as it is under way, and then from its file, which has all of it. */
  private LiveScan shown(CatalogueScan scan) throws IOException {
    Optional<LiveScan> inMemory = live.find(scan.id()).filter(LiveScan::isDescribed);
    if (inMemory.isPresent() && !inMemory.get().hasEnded()) {
      return inMemory.get();
    }
    Optional<LiveScan> fromFile = files.open(scan.id());
    return fromFile
        .or(() -> inMemory)
        .orElseThrow(
            () -> {
              path(scan);
              return new IllegalStateException("the file came in this moment");
            });
  }

  private void pattern(Context request) throws IOException {
    LiveScan scan = shown(scan(request));
    int x = Query.integer(request, "x", -1, 0, scan.geometry().width() - 1);
    int y = Query.integer(request, "y", -1, 0, scan.geometry().height() - 1);
    if (x < 0 || y < 0) {
      throw new ApiException(400, "bad-value", "give the position: x and y");
    }
    PositionPattern there = scan.position(x, y);
    request.json(there);
  }

  private void metadata(Context request) throws IOException {
    CatalogueScan scan = scan(request);
    ObjectNode all = Json.mapper().createObjectNode();
    all.set("scan", json(scan));
    Optional<Path> path = folders.find(scan.file());
    if (path.isPresent()) {
      try (CountedFile file = new CountedFile(path.get())) {
        all.set("file", FileMetadata.of(file));
      }
    }
    offer(request, scan.id() + ".json");
    request.json(all);
  }

  private void notebook(Context request) {
    CatalogueScan scan = scan(request);
    if (scan.file() == null) {
      path(scan);
    }
    request.header(
        "Content-Disposition",
        "attachment; filename=\"%s.ipynb\""
            .formatted(scan.id().replaceAll("[^A-Za-z0-9._-]", "_")));
    request
        .contentType("application/x-ipynb+json")
        .result(Notebook.of(scan).getBytes(StandardCharsets.UTF_8));
  }
}
