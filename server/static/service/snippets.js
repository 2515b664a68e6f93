// A request as a command (curl) and as a program (Python's standard library): exactly the body that made a picture.
// The file of a start picture is read from disk, and a key from the environment: neither stands in the text.

const EXTENSIONS = { "image/png": "png", "image/jpeg": "jpg", "image/webp": "webp" };

/**
 * @param call `{request, address, startName, withKey}`: `address` is the server's, `startName` the start picture's file
 *   name or null, `withKey` whether the server wanted an API key
 */
export function curlOf({ request, address, startName, withKey }) {
  const alone = isAlone(request);
  const words = [
    `curl ${quoted(`${address}generate`)}`,
    "-H 'Content-Type: application/json'",
    `-H 'Accept: ${acceptOf(request)}'`,
    ...(withKey ? ['-H "Authorization: Bearer $COSMICMAN_API_KEY"'] : []),
    `-o ${quoted(fileOf(request))}`,
    startName ? "--data-binary @-" : `-d ${quoted(JSON.stringify(request, null, 1))}`,
  ];
  const command = words.join(" \\\n  ");
  const note = alone ? "" : "# Several pictures come as JSON, in base64.\n";
  if (!startName) return note + command;
  // A file in base64 is too long for an argument: it is put together on the way in.
  const { control, ...rest } = request;
  const place = control ? `"control": ${JSON.stringify(control).replace(/\}$/, "")}, "picture": "` : '"init_image": "';
  const opening = `${JSON.stringify(rest, null, 1).replace(/\n\}$/, "")},\n ${place}`;
  const end = control ? '"}}' : '"}';
  return `${note}{ printf '%s' ${quoted(opening)}; base64 < ${quoted(startName)} | tr -d '\\n'; printf '${end}'; } |\n${command}`;
}

/** The same as a program for Python 3; see `curlOf`. */
export function pythonOf({ request, address, startName, withKey }) {
  const alone = isAlone(request);
  const line = ([name, value]) => `    ${JSON.stringify(name)}: ${literal(value)},\n`;
  const { control, ...rest } = request;
  const body = Object.entries(rest).map(line).join("");
  const read = `base64.b64encode(Path(${JSON.stringify(startName)}).read_bytes()).decode()`;
  const kept = control ? `    "control": {**${literal(control)}, "picture": ${read}},\n` : `    "init_image": ${read},\n`;
  const start = startName ? kept : "";
  const headers = [
    '"Content-Type": "application/json"',
    `"Accept": "${acceptOf(request)}"`,
    ...(withKey ? ['"Authorization": f"Bearer {os.environ[\'COSMICMAN_API_KEY\']}"'] : []),
  ];
  const wanted = [...(startName || !alone ? ["base64"] : []), "json", ...(withKey ? ["os"] : []), "urllib.request"];
  const save = alone
    ? `    Path(${JSON.stringify(fileOf(request))}).write_bytes(answer.read())\n`
    : "    for image in json.load(answer)[\"images\"]:\n" +
      `        Path(f"picture-{image['image_index']}.${extensionOf(request)}").write_bytes(base64.b64decode(image["data"]))\n`;
  return (
    `${wanted.map((name) => `import ${name}\n`).join("")}from pathlib import Path\n\n` +
    `body = {\n${body}${start}}\n` +
    `request = urllib.request.Request(\n    ${JSON.stringify(`${address}generate`)},\n    data=json.dumps(body).encode(),\n` +
    `    headers={${headers.join(", ")}},\n)\nwith urllib.request.urlopen(request) as answer:\n${save}`
  );
}

const isAlone = ({ num_images: count }) => (count ?? 1) === 1;
const typeOf = ({ image_format: format }) => `image/${format ?? "png"}`;
const extensionOf = (request) => EXTENSIONS[typeOf(request)] ?? "png";
const acceptOf = (request) => (isAlone(request) ? typeOf(request) : "application/json");
const fileOf = (request) => (isAlone(request) ? `picture.${extensionOf(request)}` : "pictures.json");

/** In single quotes for a POSIX shell. */
const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

/** JSON's strings and numbers are Python's; its other words are not. */
function literal(value) {
  if (value === null) return "None";
  if (value === true) return "True";
  if (value === false) return "False";
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (typeof value === "object") {
    const pairs = Object.entries(value).map(([name, each]) => `${JSON.stringify(name)}: ${literal(each)}`);
    return `{${pairs.join(", ")}}`;
  }
  return JSON.stringify(value);
}
