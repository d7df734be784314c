// Parses e-mails, which come as a list of texts in base64, with mailparser, and writes what it found as JSON.
import { simpleParser } from "mailparser";

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const options = { skipTextToHtml: true, skipHtmlToText: true, skipTextLinks: true, skipImageLinks: true };
const found = [];
for (const mail of JSON.parse(Buffer.concat(chunks).toString())) {
  const parsed = await simpleParser(Buffer.from(mail, "base64"), options);
  found.push({
    subject: parsed.subject ?? "",
    from: parsed.from.value,
    to: parsed.to.value,
    replyTo: parsed.replyTo?.value,
    date: parsed.date,
    messageId: parsed.messageId,
    text: parsed.text,
    html: parsed.html,
    headers: Object.fromEntries(parsed.headerLines.map(({ key, line }) => [key, line])),
    attachments: parsed.attachments.map(({ filename, contentType, content, cid }) => ({
      filename, contentType, cid, content: content.toString("base64"),
    })),
  });
}
process.stdout.write(JSON.stringify(found));
