import { exposeImages, type PageMaker } from '../app.ts';
import { element } from '../dom.ts';
import { count } from '../format.ts';
import { ImagePanel, type ImageSource } from '../image/panel.ts';
import { atMostEvery, every, onceAFrame } from '../life.ts';
import { PatternPanel } from '../pattern/panel.ts';
import type { Ring } from '../pattern/ring.ts';
import { stepOf } from '../scans/bits.ts';
import { Frames } from './frames.ts';
import { Lights } from './lights.ts';
import { Strip } from './strip.ts';

/** Milliseconds between two sets of rings that go to the gateway while one is drawn. */
const RINGS_PAUSE = 150;

/** The scan that runs, on one screen. */
export const livePage: PageMaker = ({ api, feed, sessions }, _route, life) => {
  const source: ImageSource = {
    scan: () => feed.scan?.id ?? null,
    names: () => (feed.scan === null ? [] : feed.names),
    raster: (name) => feed.image(name),
    mask: () => feed.mask,
    step: () => stepOf(strip.find(feed.scan?.id)?.metadata ?? {}),
    pick: (x, y) => {
      feed.ask(x, y);
      pattern.show(true);
    },
    chosen: () => want(),
  };
  const panels = [new ImagePanel('First image', 0, source, life), new ImagePanel('Second image', 1, source, life)];

  // The rings under the hand are drawn at once; the gateway gets the newest now and then.
  let drawn: readonly Ring[] | null = null;
  const send = atMostEvery(RINGS_PAUSE, () => {
    if (drawn !== null) {
      const rings = drawn;
      drawn = null;
      feed.setRings(rings);
    }
  });
  const pattern = new PatternPanel(
    {
      scan: () => feed.scan?.id ?? null,
      sum: () => feed.pattern,
      position: () => feed.position,
      rings: () => drawn ?? feed.rings,
      setRings: (rings) => {
        drawn = rings;
        send();
        pattern.changed();
      },
      resetRings: () => feed.resetRings(),
      note: () =>
        feed.refusal !== ''
          ? feed.refusal
          : feed.positionsWithoutEvents === 0
            ? ''
            : `${count(feed.positionsWithoutEvents)} positions are blank in these rings' images: the gateway does not have their events. The file has them.`,
    },
    life,
  );
  const frames = new Frames();
  const lights = new Lights();
  const strip = new Strip(api);

  const want = (): void => feed.want(panels.map((panel) => panel.name).filter((name) => name !== ''));
  let names = '';
  const drawMask = onceAFrame(life, () => frames.showMask(feed));
  const drawPictures = (): void => {
    // Another scan may have other rings: then the panels show others, and those are asked for.
    if (feed.names.join() !== names) {
      names = feed.names.join();
      want();
    }
    for (const panel of panels) {
      panel.mark(feed.position);
    }
    pattern.changed();
    drawMask();
  };
  let shownScan: string | null = null;
  const drawNews = onceAFrame(life, () => {
    frames.showNews(feed);
    lights.show(feed.members, sessions.list, Date.now());
    const state = `${feed.scan?.id} ${feed.end?.state}`;
    if (state !== shownScan) {
      shownScan = state;
      void look();
    }
  });
  const look = async (): Promise<void> => {
    await strip.look(life);
    drawPictures(); // the scale bar is in the scan's metadata
  };
  feed.pictures.listen(life, drawPictures);
  feed.news.listen(life, drawNews);
  sessions.changes.listen(life, drawNews);
  every(1, life, drawNews);
  every(20, life, look);
  life.addEventListener('abort', () => feed.want([]));
  exposeImages((name) => (name === 'sum_pattern' ? feed.pattern : feed.image(name)), life);
  drawPictures();
  drawNews();

  return element(
    'div',
    { class: 'live' },
    ...panels.map((panel) => panel.element),
    pattern.element,
    lights.element,
    ...frames.elements,
    pattern.table.element,
    strip.element,
  );
};
