// One request at a time, from the form to the wall: sends it, shows how far it is, and hands over its result.

import { base64Of } from "../form/start_picture.js";
import { run } from "../service/run.js";

/** About how many previews one picture gets. */
const PREVIEWS = 8;

export class Drawing {
  /** @param progress the view of a request under way */
  constructor(progress) {
    Object.assign(this, { progress, previews: false, attention: false, adaptedAttention: false });
  }

  /**
   * Runs a request to its result; `previews` in it says whether they were asked for, `attention` whether maps were.
   * @param shown `{text, spans}` of what is asked for, as far as it is known
   * @param signal ends it: the connection is closed, and the engine stops before its next step
   * @throws Problem, or an AbortError after `signal`
   */
  async draw(request, start, shown, signal) {
    const { width, height, num_images: count } = request;
    this.progress.start({ ...shown, width: width ?? 2, height: height ?? 3, count: count ?? 1 });
    try {
      const sent = await this.#sent(request, start);
      const result = await run({ request, start, sent }, signal, {
        onEvent: (event, data) => this.progress.show(event, data),
        onWait: (seconds, how) => this.progress.waiting(seconds, how),
      });
      return { ...result, previews: "preview_every" in sent, attention: "attention" in sent };
    } finally {
      this.progress.stop();
    }
  }

  /** The request as it goes over the wire. */
  async #sent(request, start) {
    const sent = { ...request };
    if (start && request.control) sent.control = { ...request.control, picture: await base64Of(start) };
    else if (start) sent.init_image = await base64Of(start);
    // The graph that takes adapters and control does not tell it in every bundle.
    const adapted = Boolean(sent.control || request.loras);
    if (this.attention && (this.adaptedAttention || !adapted)) sent.attention = true;
    if (this.previews) sent.preview_every = Math.max(1, Math.round((request.steps ?? PREVIEWS) / PREVIEWS));
    return sent;
  }
}
