/** What Frigate finds in a picture here; it is set to track these. */
export type Label = 'person' | 'dog' | 'cat';

/** One object that Frigate follows: what it is, when it was found, and how sure it was, in thousandths. */
export interface Tracked {
  readonly id: string;
  readonly label: Label;
  readonly fromMs: number;
  readonly scorePermille: number;
  readonly topPermille: number;
}

/** The text of a message on `frigate/events`: how the object was before, and how it is now. */
export function eventText(type: 'new' | 'update' | 'end', camera: string, tracked: Tracked, atMs: number): string {
  const { fromMs, scorePermille, topPermille } = tracked;
  const found = objectOf(camera, tracked, fromMs, scorePermille);
  const better = { ...objectOf(camera, tracked, atMs, topPermille), motionless_count: 1 };
  const pair = {
    new: { before: found, after: found },
    update: { before: found, after: better },
    end: { before: better, after: { ...better, end_time: atMs / 1000 } },
  }[type];
  return JSON.stringify({ type, ...pair });
}

function objectOf(camera: string, { id, label, fromMs }: Tracked, atMs: number, permille: number): object {
  return {
    id,
    camera,
    frame_time: atMs / 1000,
    snapshot_time: fromMs / 1000,
    label,
    sub_label: null,
    top_score: permille / 1000,
    false_positive: false,
    start_time: fromMs / 1000,
    end_time: null as number | null,
    score: permille / 1000,
    box: [424, 210, 536, 512],
    area: 33_824,
    region: [263, 100, 667, 504],
    current_zones: [],
    entered_zones: [],
    thumbnail: null,
    has_snapshot: false,
    has_clip: false,
    stationary: false,
    motionless_count: 0,
    position_changes: 1,
  };
}

/** The text of a message on `frigate/stats`: how the program itself is doing. */
export function statsText(cameras: readonly string[], startedMs: number, atMs: number): string {
  const camera = {
    camera_fps: 5.1,
    process_fps: 5.1,
    skipped_fps: 0,
    detection_fps: 1.2,
    detection_enabled: true,
    pid: 402,
    capture_pid: 408,
    ffmpeg_pid: 421,
  };
  return JSON.stringify({
    cameras: Object.fromEntries(cameras.map((name) => [name, camera])),
    detectors: { ov: { inference_speed: 11.4, detection_start: 0, pid: 388 } },
    detection_fps: (cameras.length * 12) / 10,
    service: {
      uptime: Math.floor((atMs - startedMs) / 1000),
      version: '0.14.1-f4f3cfa',
      latest_version: '0.14.1',
      last_updated: Math.floor(atMs / 1000),
    },
  });
}
