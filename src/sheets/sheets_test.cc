#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "sheets/errors.h"
#include "sheets/number.h"
#include "sheets/sheet.h"
#include "sheets/zip.h"

namespace tarn::sheets {
namespace {

using Files = std::vector<std::pair<std::string, std::string>>;

std::string Little(uint64_t value, int bytes) {
  std::string out;
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(i < 8 ? value >> (8 * i) & 0xff : 0);
  return out;
}

// Stored, not deflated.
std::string MakeZip(const Files& files) {
  std::string bytes, directory;
  for (const auto& [name, data] : files) {
    const std::string sizes = Little(Crc32(AsBytes(data)), 4) + Little(data.size(), 4) + Little(data.size(), 4);
    directory += "PK\x01\x02" + Little(20, 2) + Little(20, 2) + Little(0, 8) + sizes + Little(name.size(), 2) +
                 Little(0, 12) + Little(bytes.size(), 4) + name;
    bytes += "PK\x03\x04" + Little(20, 2) + Little(0, 8) + sizes + Little(name.size(), 2) + Little(0, 2) + name + data;
  }
  const std::string counts = Little(files.size(), 2) + Little(files.size(), 2);
  return bytes + directory + "PK\x05\x06" + Little(0, 4) + counts + Little(directory.size(), 4) +
         Little(bytes.size(), 4) + Little(0, 2);
}

std::string Xlsx(const std::string& rows) {
  return MakeZip(
      {{"xl/workbook.xml",
        R"(<workbook xmlns:r="u"><sheets><sheet name="Data" sheetId="7" r:id="rId3"/><sheet name="More" sheetId="1" r:id="rId4"/></sheets></workbook>)"},
       {"xl/_rels/workbook.xml.rels",
        R"(<Relationships><Relationship Id="rId3" Target="worksheets/one.xml"/><Relationship Id="rId4" Target="/xl/two.xml"/></Relationships>)"},
       {"xl/sharedStrings.xml",
        R"(<sst><si><t>id</t></si><si><r><t>na</t></r><r><t xml:space="preserve">me </t></r><rPh><t>x</t></rPh></si><si><t>day</t></si></sst>)"},
       {"xl/styles.xml",
        R"(<styleSheet><numFmts><numFmt numFmtId="165" formatCode="yyyy\-mm\-dd hh:mm"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="165"/></cellXfs></styleSheet>)"},
       {"xl/worksheets/one.xml", "<worksheet><sheetData>" + rows + "</sheetData></worksheet>"},
       {"xl/two.xml",
        R"(<worksheet><sheetData><row><c t="inlineStr"><is><t>only</t></is></c></row></sheetData></worksheet>)"}});
}

constexpr const char* kHeader =
    R"(<row r="2"><c r="A2" t="s"><v>0</v></c><c r="B2" t="s"><v>1</v></c><c r="D2" t="s"><v>2</v></c></row>)";

std::string Types(const Sheet& sheet) {
  std::string types;
  for (const Column& column : sheet.columns) types += (types.empty() ? "" : " ") + column.name + ":" + column.type;
  return types;
}

TEST(ReadSheet, FindsColumnsTypesAndDatesOfAnXlsx) {
  const std::string rows =
      std::string(kHeader) +
      R"(<row><c r="A3"><v>1</v></c><c r="B3" t="str"><v>a"b</v></c><c r="D3" s="1"><v>45292</v></c></row>
                              <row><c r="A4"><v>2.5</v></c><c r="D4" s="2"><v>45292.5</v></c></row>
                              <row><c r="A5" t="e"><v>#N/A</v></c></row>)";
  const auto sheet = ReadSheet(Xlsx(rows), Format::kXlsx, "");
  ASSERT_TRUE(sheet.ok()) << sheet.error().message;
  EXPECT_EQ(Types(*sheet), "id:DOUBLE name:VARCHAR day:TIMESTAMP");
  EXPECT_EQ(sheet->csv,
            "\"id\",\"name\",\"day\"\n\"1\",\"a\"\"b\",\"2024-01-01\"\n\"2.5\",,\"2024-01-01 12:00:00.000\"\n,,\n");
  EXPECT_EQ(sheet->rows, 3U);
  EXPECT_EQ(sheet->error_cells, 1U);
}

TEST(ReadSheet, FindsASheetByItsName) {
  const std::string bytes = Xlsx(kHeader);
  EXPECT_EQ(ReadSheet(bytes, Format::kXlsx, "More")->csv, "\"only\"\n");
  EXPECT_TRUE(ReadSheet(bytes, Format::kXlsx, "None").Is(kNoSuchSheet));
}

TEST(ReadSheet, ReadsAnOdsWithRepeatedCellsAndRows) {
  const std::string content =
      R"(<o:document-content xmlns:o="o" xmlns:t="t" xmlns:x="x"><o:body><o:spreadsheet><t:table t:name="S">
      <t:table-row><t:table-cell o:value-type="string"><x:p>a<x:s x:c="2"/>b</x:p></t:table-cell>
        <t:table-cell o:value-type="string"><x:p>when</x:p></t:table-cell></t:table-row>
      <t:table-row t:number-rows-repeated="2"><t:table-cell o:value-type="float" o:value="3"/>
        <t:table-cell o:value-type="date" o:date-value="2026-11-22"/></t:table-row>
      <t:table-row t:number-rows-repeated="1048570"><t:table-cell t:number-columns-repeated="16384"/></t:table-row>
      </t:table></o:spreadsheet></o:body></o:document-content>)";
  const auto sheet = ReadSheet(MakeZip({{"content.xml", content}}), Format::kOds, "S");
  ASSERT_TRUE(sheet.ok()) << sheet.error().message;
  EXPECT_EQ(Types(*sheet), "a  b:BIGINT when:DATE");
  EXPECT_EQ(sheet->csv, "\"a  b\",\"when\"\n\"3\",\"2026-11-22\"\n\"3\",\"2026-11-22\"\n");
}

TEST(ReadSheet, RefusesWhatItCannotRead) {
  EXPECT_TRUE(ReadSheet("a,b\n1,2\n", Format::kXlsx, "").Is(kUnreadable));
  EXPECT_TRUE(ReadSheet("\xd0\xcf\x11\xe0 old", Format::kXlsx, "").Is(kUnreadable));
  EXPECT_TRUE(ReadSheet(Xlsx(""), Format::kXlsx, "").Is(kUnreadable));
  std::string damaged = Xlsx(kHeader);
  damaged[damaged.find("na</t>")] = 'X';
  EXPECT_TRUE(ReadSheet(damaged, Format::kXlsx, "").Is(kUnreadable));
  const std::string twice = R"(<row><c t="s"><v>0</v></c><c t="s"><v>0</v></c></row>)";
  EXPECT_TRUE(ReadSheet(Xlsx(twice), Format::kXlsx, "").Is(kUnreadable));
  const std::string huge =
      R"(<d><body><spreadsheet><table name="S"><table-row number-rows-repeated="99999999"><table-cell value-type="float" value="1"/></table-row></table></spreadsheet></body></d>)";
  EXPECT_TRUE(ReadSheet(MakeZip({{"content.xml", huge}}), Format::kOds, "").Is(kTooLarge));
}

TEST(Zip, RefusesAnEntryThatIsLargerThanAsked) {
  const std::string bytes = MakeZip({{"a", "0123456789"}});
  const auto zip = Zip::Open(bytes);
  ASSERT_TRUE(zip.ok());
  EXPECT_EQ(*zip->Read("a", 10), "0123456789");
  EXPECT_TRUE(zip->Read("a", 9).Is(kTooLarge));
  EXPECT_TRUE(zip->Read("b", 9).Is(kUnreadable));
}

TEST(DayCell, KnowsBothCalendarsAndTheDayThatNeverWas) {
  EXPECT_EQ(DayCell(1, false)->text, "1900-01-01");
  EXPECT_EQ(DayCell(61, false)->text, "1900-03-01");
  EXPECT_EQ(DayCell(0, true)->text, "1904-01-01");
  EXPECT_EQ(DayCell(45292.75, false)->text, "2024-01-01 18:00:00.000");
  EXPECT_FALSE(DayCell(-1, false));
  EXPECT_FALSE(DayCell(3e6, false));
}

TEST(TimeOf, TellsDaysAndTimesFromNumbers) {
  EXPECT_TRUE(TimeOf("dd/mm/yyyy").day);
  EXPECT_TRUE(TimeOf("[h]:mm:ss").time);
  EXPECT_FALSE(TimeOf("[h]:mm:ss").day);
  for (const char* number : {"General", "0.00", "#,##0 \"days\"", "[Red]0", "0\\d", "\"unclosed"}) {
    EXPECT_FALSE(TimeOf(number).day || TimeOf(number).time) << number;
  }
}

}  // namespace
}  // namespace tarn::sheets
