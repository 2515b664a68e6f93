// The choice of the fast way: the UNet of few steps and the small decoder, those of them that the model has.

const FEW_STEPS = "few_steps";
const FAST = "fast";

export class FastChoice {
  /** @param nodes `{field, box, hint}`, the box a checkbox */
  constructor(nodes) {
    Object.assign(this, nodes, { offer: null });
  }

  /** Takes the model; without a fast way there is no choice. */
  setModel({ variants = [], decoders = [], few_steps: fewSteps }) {
    const few = variants.includes(FEW_STEPS) ? { variant: FEW_STEPS } : {};
    const offer = { ...few, ...(decoders.includes(FAST) ? { decoder: FAST } : {}) };
    this.offer = Object.keys(offer).length ? offer : null;
    this.field.hidden = !this.offer;
    const steps = few.variant ? `${fewSteps.steps} steps without guidance, in place of those below` : "";
    this.hint.textContent = [steps, offer.decoder ? "a small decoder" : ""].filter(Boolean).join("; ");
  }

  /** The fields that ask for it, or null. */
  get choice() {
    return this.box.checked ? this.offer : null;
  }

  /** Whether these settings ask for any of it. */
  set({ variant, decoder }) {
    this.box.checked = variant === FEW_STEPS || decoder === FAST;
  }
}
