import { chmodSync } from "node:fs";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { deflateRawSync, gzipSync } from "node:zlib";
import { pack } from "tar-stream";
import { expect, it, onTestFinished } from "vitest";
import { ingestAll } from "../../../ingest/ingest-all.ts";
import { folderOf, ingestFiles, plainOptions } from "../../support/ingested.ts";

const journal = {
  "chaoslib-version": "1.0",
  run: [],
  status: "completed",
  steady_states: {},
  experiment: { title: "t", method: [] },
};

async function tarOf(files: Record<string, string | Buffer>): Promise<Buffer> {
  const tar = pack();
  for (const [name, content] of Object.entries(files)) tar.entry({ name }, content);
  tar.finalize();
  return await buffer(tar);
}

/** A zip archive with one file, empty unless its packed content is given. */
function zipOf(path: string, packed = Buffer.alloc(0), size = 0): Buffer {
  const name = Buffer.from(path);
  const method = packed.length > 0 ? 8 : 0;
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50);
  local.writeUInt16LE(method, 8);
  local.writeUInt16LE(name.length, 26);
  const central = Buffer.alloc(46);
  central.writeUInt32LE(0x02014b50);
  central.writeUInt16LE(method, 10);
  central.writeUInt32LE(packed.length, 20);
  central.writeUInt32LE(size, 24);
  central.writeUInt16LE(name.length, 28);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50);
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length + name.length, 12);
  end.writeUInt32LE(local.length + name.length + packed.length, 16);
  return Buffer.concat([local, name, packed, central, name, end]);
}

const refused: [string, string, string | Uint8Array][] = [
  ["empty.json", "the file is empty", ""],
  ["blank.json", "the file is empty", " \n\n"],
  ["cut.json", "the JSON is cut off", '{"status":"completed","steady_states":{'],
  [
    "page.json",
    "this is an HTML page",
    "<!DOCTYPE html>\n<html><body>502 Bad Gateway</body></html>",
  ],
  ["utf16.json", "mark of UTF-16 and is none, or is cut off", Buffer.from([0xff, 0xfe, 0x7b])],
  ["unmarked16.json", "byte 2 is NUL", Buffer.from("{}", "utf16le")],
  [
    "latin1.csv",
    "byte 32 is no UTF-8",
    Buffer.from("status,start_time,app\nok,2026-0\u00e9", "latin1"),
  ],
  ["nul.json", "byte 3 is NUL", '{"\0":1}'],
  ["deep.json", "nested deeper than 200 levels", `${"[".repeat(5_000)}${"]".repeat(5_000)}`],
  ["deep.xml", "nested deeper than 200 levels", `<testsuites>${"<testsuite>".repeat(5_000)}`],
  [
    "cut.xml",
    "the XML is broken or cut off",
    '<testsuites><testsuite><testcase name="a" time="1"/>',
  ],
  [
    "entities.xml",
    "may define entities",
    '<!DOCTYPE a [<!ENTITY x "y">]><testsuites>&x;</testsuites>',
  ],
  ["other.xml", "its root is <project>", "<project/>"],
  ["cut.csv", "the record is longer than", `status,start_time,app\n"${"x".repeat(2_000_000)}`],
  ["line.ndjson", "line 2: the line is longer than", `{}\n{"x":"${"x".repeat(2_000_000)}"}`],
  [
    "cut.json.gz",
    "the archive is broken or cut off",
    gzipSync(JSON.stringify(journal)).subarray(0, 60),
  ],
  [
    "bomb.json.gz",
    "expands to more than 250 times",
    gzipSync(Buffer.concat([Buffer.from('{"'), Buffer.alloc(100_000_000, 0x78)])),
  ],
  ["nested.gz", "an archive in an archive", gzipSync(gzipSync("{}"))],
  ["broken.zip", "the archive is broken", Buffer.from("PK\u0003\u0004 and no more")],
  ["excel.xlsx", "a spreadsheet in its own format", zipOf("[Content_Types].xml")],
  ["excel.xls", "a spreadsheet in its own format", Buffer.from("d0cf11e0a1b11ae1", "hex")],
  ["a.csv.bz2", "packed with is not read", "BZh91AY"],
  ["a.json.xz", "packed with is not read", Buffer.from("fd377a585a00", "hex")],
  ["a.tar.zst", "packed with is not read", Buffer.from("28b52ffd", "hex")],
  ["calc.ods", "a spreadsheet in its own format", zipOf("mimetype")],
  ["package.json", "no known format", '{"name":"a","version":"1"}'],
  ["experiment.json", "a Chaos Toolkit experiment", '{"title":"t","method":[]}'],
  [
    "mesh.yaml",
    "without a status",
    "apiVersion: chaos-mesh.org/v1alpha1\nkind: PodChaos\nmetadata: {name: a}",
  ],
  ["bad.yaml", "this is no YAML", "a: [1, 2\nb: }"],
  [
    "aliases.yaml",
    "this is no YAML",
    `a: &a [1]\n${"bcdefghi"
      .split("")
      .map((name, index) => `${name}: &${name} [${`*${"abcdefgh"[index]},`.repeat(9)}]`)
      .join("\n")}`,
  ],
  [
    "points.json",
    "a stream of points from k6",
    '{"type":"Point","metric":"http_reqs","data":{"time":"2026-01-05T10:00:00Z","value":1}}',
  ],
  [
    "fis.json",
    "a list of AWS FIS experiments",
    '{"experiments":[{"id":"E","experimentTemplateId":"T","state":{"status":"completed"}}]}',
  ],
  ["results.edn", "the EDN is cut off", "{:valid? tru"],
];

it.each(refused)("refuses %s: %s", async (name, message, content) => {
  const reports = await ingestFiles({ [name]: content });
  expect(reports[name]?.refused?.message).toContain(message);
  expect(reports[name]?.loaded).toBe(0);
});

it("refuses a file of an archive that would lie outside of it, and loads the others", async () => {
  const archive = gzipSync(
    await tarOf({ "a/journal.json": JSON.stringify(journal), "../../etc/x.json": "{}" }),
  );
  const reports = await ingestFiles({ "a.tar.gz": archive });
  expect(reports["a.tar.gz/a/journal.json"]).toMatchObject({
    loaded: 1,
    formats: ["chaostoolkit"],
  });
  expect(reports["a.tar.gz"]?.refused?.message).toContain('outside of itself: "../../etc/x.json"');
});

it("reads neither the hidden files of an archive, which macOS adds, nor an archive in it", async () => {
  const text = JSON.stringify(journal);
  const archive = await tarOf({
    ...{ "__MACOSX/._a.json": "\0\0", "./.cache/x.json": "{}", "./a.json": text },
    "b.json.gz": gzipSync(text),
  });
  const reports = await ingestFiles({ "a.tar": archive });
  expect(Object.keys(reports)).toEqual(["a.tar/a.json", "a.tar/b.json.gz"]);
  expect(reports["a.tar/a.json"]?.loaded).toBe(1);
  expect(reports["a.tar/b.json.gz"]?.refused?.message).toContain("an archive in an archive");
});

it("refuses a file that is broken in an archive, and loads all others", async () => {
  const row = "Shop,a,ok,2026-01-05T10:00:00Z\n";
  const csv = `app,scenario,status,start_time\n${row}`;
  // longer than what is read of them before the fault is seen
  const long = csv + row.repeat(30_000);
  const latin1 = Buffer.from(long.replace("Shop", "Sh\u00f6p"), "latin1");
  const xml = `<testsuite></x>${"<testcase/>".repeat(90_000)}`;
  const tar = await tarOf({ "1.csv": latin1, "2.xml": xml, "3.csv": csv });
  const cut = (await tarOf({ "1.csv": csv, "2.csv": long })).subarray(0, 300_000);
  const packed = deflateRawSync(long);
  const half = packed.subarray(0, packed.length >> 1);
  const reports = await ingestFiles({
    ...{ "a.tar": tar, "b.tar.gz": gzipSync(tar), "c.tar": cut },
    ...{ "d.zip": zipOf("1.csv", half, long.length), "e.csv": csv },
  });
  const said = Object.entries(reports).map(([name, { loaded, refused }]) => {
    return [name, refused?.message.replace(/:.*/, "") ?? loaded];
  });
  const ofTar = (name: string) => [
    [`${name}/1.csv`, "byte 34 is no UTF-8"],
    [`${name}/2.xml`, "the XML is broken or cut off"],
    [`${name}/3.csv`, 1],
  ];
  const broken = "the archive is broken or cut off";
  expect(said).toEqual([
    ...ofTar("a.tar"),
    ...ofTar("b.tar.gz"),
    ["c.tar/1.csv", 1],
    ["c.tar/2.csv", broken],
    ["c.tar", broken],
    ["d.zip/1.csv", broken],
    ["e.csv", 1],
  ]);
});

it("sets aside lines and values that cannot be read, with their place, and reads the rest", async () => {
  const csv = [
    "app,scenario,status,start_time,duration_ms,app_id,metadata",
    "Shop,a,ok,2026-01-05T10:00:00Z,NaN,,",
    "Shop,b,ok,2026-01-05T10:00:00Z,1e400,,",
    "Shop,c,ok,2026-02-30T10:00:00Z,1,,",
    "Shop,d,ok,2026-01-05T10:00:00Z,1,99999999999,",
    "Shop,e,ok,2026-01-05T10:00:00Z,1,,nothing",
    "Shop,f,ok",
    'Shop,"g",h,2026-01-05T10:00:00Z,1,,"{""a"":1}"',
  ].join("\n");
  const { "a.csv": table, "b.ndjson": lines } = await ingestFiles({
    "a.csv": csv,
    "b.ndjson":
      '{"app":"Shop","status":"ok","start_time":"2026-01-05T10:00:00Z"}\n{"a":NaN}\n[1]\n{"app":"Sh',
  });
  expect(table).toMatchObject({ loaded: 3, setAside: { bad_value: 3, malformed_row: 1 } });
  expect(table?.details[0]).toBe(
    'bad_value: line 4: start_time is no time: "2026-02-30T10:00:00Z" (other spellings: --date-format)',
  );
  expect(lines).toMatchObject({ loaded: 1, setAside: { malformed_line: 1, unknown_format: 2 } });
});

it("passes over what is no data in a folder, and nothing whose name says that it is", async () => {
  const reports = await ingestFiles({
    "README.md": "# hello",
    "x.log": "started",
    "y.csv": "a,b\n1,2",
    "z.csv.bz2": "BZh91AY",
    "z.txt": Buffer.from("App,Test,Result,Start\nM\u00fcller,a,ok,2026-01-05", "latin1"),
    "z.out": '<testsuite><testcase name="a"/><testcase',
    "z.7z": "7z",
  });
  expect(reports["README.md"]?.isPassedOver).toBe(true);
  expect(reports["x.log"]?.isPassedOver).toBe(true);
  expect(reports["y.csv"]?.isPassedOver).toBeUndefined();
  expect(reports["z.csv.bz2"]?.isPassedOver).toBeUndefined();
  expect(reports["z.7z"]?.isPassedOver).toBe(true);
  // what is in them tells, too
  expect(reports["z.txt"]?.isPassedOver).toBeUndefined();
  expect(reports["z.out"]?.isPassedOver).toBeUndefined();
});

it("says of a folder that it holds no file", async () => {
  const [report] = await ingestAll([folderOf({})], undefined, ".", plainOptions, () => {});
  expect(report).toMatchObject({ loaded: 0, notes: ["the folder holds no file"] });
});

// nothing is closed to the administrator
it.skipIf(process.getuid?.() === 0)("names a folder that it may not read", async () => {
  const folder = folderOf({ "a/x.csv": "", "lost+found/x.csv": "", "z.csv": "" });
  const [closed = "", foreign = ""] = ["a", "lost+found"].map((name) => join(folder, name));
  for (const each of [closed, foreign]) {
    chmodSync(each, 0);
    onTestFinished(() => chmodSync(each, 0o700));
  }
  const refusedIn = async (...inputs: string[]) => {
    const reports = await ingestAll(inputs, undefined, ".", plainOptions, () => {});
    return reports.map(({ name, refused }) => `${name.slice(folder.length)} ${refused?.message}`);
  };
  const told = "/a the folder cannot be read: EACCES";
  expect(await refusedIn(folder)).toEqual([told, "/z.csv the file is empty"]);
  expect(await refusedIn(closed)).toEqual([told]);
  expect(await refusedIn(`${folder}/**/*.csv`)).toEqual([told, "/z.csv the file is empty"]);
  expect(await refusedIn(`${folder}/*.csv`)).toEqual(["/z.csv the file is empty"]);
});

it("unpacks a long file without a warning about listeners", async () => {
  const heard: Error[] = [];
  const hear = (warning: Error) => heard.push(warning);
  process.on("warning", hear);
  onTestFinished(() => void process.off("warning", hear));
  const row = "Shop,a,ok,2026-01-05T10:00:00Z\n";
  const csv = `app,scenario,status,start_time\n${row.repeat(50_000)}`;
  const { "a.csv.gz": report } = await ingestFiles({ "a.csv.gz": gzipSync(csv, { level: 0 }) });
  expect(report?.loaded).toBe(50_000);
  expect(heard).toEqual([]);
});
