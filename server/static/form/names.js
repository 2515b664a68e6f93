// What people call the things that the gateway names by identifiers.

const SAMPLERS = {
  euler_a: "Euler ancestral",
  euler: "Euler",
  ddim: "DDIM",
  dpmpp_2m: "DPM++ 2M",
  dpmpp_2m_karras: "DPM++ 2M Karras",
  pndm: "PNDM",
  lcm: "LCM",
};

const FIELDS = {
  negative_description: "leave out",
  guidance_scale: "guidance",
  num_images: "pictures",
  image_format: "file format",
  image_index: "picture index",
  init_image: "start picture",
  second_pass: "second pass",
  guidance_interval: "guidance interval",
};

/** The name of a sampler for readers; an unknown one keeps its identifier. */
export const samplerName = (sampler) => SAMPLERS[sampler] ?? sampler;

/** The gateway's message as a sentence for readers: fields have their labels' names, and it starts and ends well. */
export function inWords(message) {
  const words = message.replace(/\b[a-z]+_[a-z]+\b/g, (name) => FIELDS[name] ?? name);
  const sentence = words.charAt(0).toUpperCase() + words.slice(1);
  return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
}
