// Lists the elements of documents as htmlparser2 reads them, by which mail is turned into text: name and attributes.
import { Parser } from "htmlparser2";

let asked = "";
for await (const part of process.stdin) asked += part;

const elements = (html) => {
  const found = [];
  const parser = new Parser({ onopentag: (name, attributes) => found.push([name, attributes]) });
  parser.end(html);
  return found;
};

process.stdout.write(JSON.stringify(JSON.parse(asked).map(elements)));
