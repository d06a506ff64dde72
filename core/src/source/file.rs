//! A file as it came in: bytes to UTF-8 text, with the way back to the file's own byte offsets.

use super::{FileId, Span};

/// How the bytes of a file spell its text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark (which stays in the text).
    #[default]
    Utf8,
    /// UTF-16 little endian with a byte order mark (PowerShell's `>`).
    Utf16Le,
    /// UTF-16 big endian with a byte order mark.
    Utf16Be,
}

/// One file of the run.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// The path as the user gave it; shown, never opened here.
    pub path: String,
    /// The text, decoded to UTF-8.
    pub text: String,
    /// What the bytes were.
    pub encoding: Encoding,
}

/// Why bytes are not text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotText {
    /// Offset of the first byte that is not part of a character.
    pub offset: usize,
}

impl SourceFile {
    /// A file whose text is already at hand.
    #[must_use]
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self { path: path.into(), text: text.into(), encoding: Encoding::Utf8 }
    }

    /// Decodes a file's bytes: UTF-16 by its byte order mark, else UTF-8.
    ///
    /// # Errors
    /// [`NotText`] with the offset of the first bad byte.
    pub fn decode(path: impl Into<String>, bytes: Vec<u8>) -> Result<Self, NotText> {
        let utf16 = |encoding, read: fn([u8; 2]) -> u16| {
            let body = bytes.get(2..).unwrap_or_default();
            let mut text = String::with_capacity(body.len());
            let mut offset = 2;
            let units = body.chunks_exact(2).map(|pair| match pair {
                [a, b] => read([*a, *b]),
                _ => 0,
            });
            for unit in char::decode_utf16(units) {
                let c = unit.map_err(|_| NotText { offset })?;
                offset += c.len_utf16() * 2;
                text.push(c);
            }
            if body.len() % 2 == 1 {
                return Err(NotText { offset });
            }
            Ok((text, encoding))
        };
        let (text, encoding) = match bytes.as_slice() {
            [0xFF, 0xFE, ..] => utf16(Encoding::Utf16Le, u16::from_le_bytes)?,
            [0xFE, 0xFF, ..] => utf16(Encoding::Utf16Be, u16::from_be_bytes)?,
            _ => (String::from_utf8(bytes).map_err(|e| NotText { offset: e.utf8_error().valid_up_to() })?, Encoding::Utf8),
        };
        Ok(Self { path: path.into(), text, encoding })
    }

    /// The bytes that spell a text as this file's are spelled.
    #[must_use]
    pub fn encode(&self, text: &str) -> Vec<u8> {
        let utf16 = |mark: [u8; 2], write: fn(u16) -> [u8; 2]| mark.into_iter().chain(text.encode_utf16().flat_map(write)).collect();
        match self.encoding {
            Encoding::Utf8 => text.as_bytes().to_vec(),
            Encoding::Utf16Le => utf16([0xFF, 0xFE], u16::to_le_bytes),
            Encoding::Utf16Be => utf16([0xFE, 0xFF], u16::to_be_bytes),
        }
    }

    /// The offset in the file's own bytes of a byte of its text.
    #[must_use]
    pub fn offset_in_file(&self, byte: u32) -> u64 {
        match self.encoding {
            Encoding::Utf8 => u64::from(byte),
            Encoding::Utf16Le | Encoding::Utf16Be => {
                let before = self.text.get(..byte as usize).unwrap_or(&self.text);
                before.chars().map(|c| c.len_utf16() as u64 * 2).sum::<u64>() + 2
            }
        }
    }
}

/// All files of a run.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    files: Vec<SourceFile>,
}

impl Sources {
    /// Adds a file and says by which id it is known.
    pub fn add(&mut self, file: SourceFile) -> FileId {
        let id = FileId(u32::try_from(self.files.len()).unwrap_or(u32::MAX));
        self.files.push(file);
        id
    }

    /// The file, if the id is of this run.
    #[must_use]
    pub fn get(&self, id: FileId) -> Option<&SourceFile> {
        self.files.get(id.0 as usize)
    }

    /// The text under a span; empty if the span is not of this run.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        self.get(span.file).and_then(|f| f.text.get(span.range())).unwrap_or_default()
    }

    /// All files with their ids, in order.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        (0u32..).map(FileId).zip(&self.files)
    }

    /// How many files there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether there is no file.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }
}

impl FromIterator<SourceFile> for Sources {
    fn from_iter<T: IntoIterator<Item = SourceFile>>(files: T) -> Self {
        Self { files: files.into_iter().collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_survive_the_way_there_and_back() {
        let utf16 = |mark: [u8; 2], bytes: fn(u16) -> [u8; 2]| mark.into_iter().chain("é😀\r\n".encode_utf16().flat_map(bytes)).collect();
        for bytes in ["\u{feff}é😀\r\n".as_bytes().to_vec(), utf16([0xFF, 0xFE], u16::to_le_bytes), utf16([0xFE, 0xFF], u16::to_be_bytes)]
        {
            let file = SourceFile::decode("a.json", bytes.clone()).unwrap();
            assert_eq!(file.encode(&file.text), bytes);
        }
    }
}
