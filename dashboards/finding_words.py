"""What each rule of the audit is called, and what may have happened if nobody did anything wrong, in both languages."""

from typing import Final

from dashboards.words import Said
from streams.core.findings import Rule, Severity

SEVERITIES: Final[dict[Severity, Said]] = {
    Severity.NOTE: Said("ghi nhận", "note"),
    Severity.LOOK: Said("cần xem lại", "to look at"),
    Severity.GRAVE: Said("cần xem sớm", "to look at soon"),
}

NAMES: Final[dict[Rule, Said]] = {
    Rule.SECOND_SUPPLEMENT: Said("yêu cầu bổ sung quá một lần", "more than one supplement request"),
    Rule.SUPPLEMENT_LATE: Said(
        "yêu cầu bổ sung khi gần hết hoặc đã hết hạn", "papers asked for at the end of the limit or after it"
    ),
    Rule.STOPPED_UNASKED: Said(
        "dừng không theo yêu cầu của công dân, hoặc dừng sát hạn", "stopped unasked, or near the due moment"
    ),
    Rule.STOPS_MANY: Said(
        "tỷ lệ dừng, từ chối cao hơn hẳn các đơn vị khác", "stops and refuses far more than its peers"
    ),
    Rule.REOPENED: Said("đã đóng rồi mở lại", "closed, then reopened"),
    Rule.KEYED_LATE: Said(
        "nhập muộn; đóng nhiều hồ sơ cùng lúc hoặc ngoài giờ", "keyed late; many closings at once or outside hours"
    ),
    Rule.DUE_MOVED: Said(
        "đổi hạn trả không có phiếu xin lỗi, hoặc quá một lần", "due moment moved without a letter, or more than once"
    ),
    Rule.NO_APOLOGY: Said(
        "quá hạn mà không xin lỗi trước ít nhất một ngày", "overdue without an apology at least a day before"
    ),
    Rule.NO_RESULT: Said("xong nhưng không có kết quả", "done without a result"),
    Rule.BACKWARDS: Said("trình tự thời gian đảo ngược", "out of order in time"),
    Rule.VOICES_DIFFER: Said("các nguồn báo khác nhau quá 24 giờ", "the sources differ for over 24 hours"),
    Rule.NEVER_SYNCHRONISED: Said("chưa hề đồng bộ lên hệ thống quốc gia", "never synchronised to the national system"),
    Rule.INTAKE_SLOW: Said("tiếp nhận quá số giờ làm việc cho phép", "intake took longer than allowed"),
    Rule.TRANSFER_SLOW: Said("không chuyển xử lý trong ngày", "not handed on the same day"),
    Rule.DUE_DIFFERS: Said(
        "hạn hẹn và hạn tính lại lệch quá một ngày làm việc",
        "appointed and recomputed due differ by over a working day",
    ),
    Rule.NO_APPOINTMENT: Said("tiếp nhận mà không hẹn ngày trả", "accepted without a due moment"),
    Rule.ODD_CODE: Said("mã quốc gia giả tạm hoặc trùng", "a placeholder or duplicate national code"),
    Rule.NOT_CONSERVED: Said(
        "số tiếp nhận lớn hơn tổng các loại đã rõ", "received is more than the sum of all that is accounted for"
    ),
    Rule.HASTY: Said(
        "thủ tục nhiều ngày mà đóng trong một phút", "a procedure of days closed within a minute of acceptance"
    ),
    Rule.CODES_MISSING: Said("dãy số hồ sơ trong ngày bị thiếu số", "gaps in the day's sequence of codes"),
    Rule.FLAWLESS: Said("đúng hạn 100 %, nhiều hồ sơ, không lần bổ sung nào", "all on time, many, never a supplement"),
    Rule.PAUSE_TOO_LONG: Said("chờ bổ sung quá hạn mà không nhắc", "a pause beyond the supplement limit, no reminder"),
    Rule.HELD_ELSEWHERE: Said("nơi khác giữ khi đến hạn, đơn vị này chịu", "held by one when due, charged to another"),
    Rule.MOST_OVERDUE: Said("một đơn vị giữ hơn nửa số quá hạn", "one unit has over half of all overdue"),
    Rule.TRANSITION: Said("chuyển trạng thái ngoài quy trình", "a move outside the procedure"),
    Rule.UNKNOWN_CODE: Said("mã trạng thái lạ", "an unknown state code"),
    Rule.TWO_CONTENTS: Said("một mã sự kiện có hai nội dung", "one event id with two contents"),
    Rule.CORRECTION: Said("sửa một sự kiện không có", "corrects an event that nobody sent"),
    Rule.PAUSE_BACKWARDS: Said("tạm dừng kết thúc trước khi bắt đầu", "a pause that ends before it begins"),
    Rule.DUE_BEFORE_RECEIPT: Said("hạn trả trước khi nhận", "due before it was received"),
    Rule.LONG_AGO: Said("báo sau hơn mười năm", "told more than ten years later"),
    Rule.BAD_LIMIT: Said("thời hạn không đọc được", "a limit that cannot be read"),
    Rule.OUT_OF_CALENDAR: Said("ngoài phạm vi lịch", "beyond every calendar"),
}

INNOCENT: Final[dict[Rule, Said]] = {
    Rule.SECOND_SUPPLEMENT: Said(
        "giấy nộp lần đầu lại thiếu hoặc sai", "what came after the first request was wrong or incomplete"
    ),
    Rule.SUPPLEMENT_LATE: Said(
        "chỗ thiếu chỉ lộ ra khi thẩm định, đo đạc", "the gap only showed in the expert's or surveyor's work"
    ),
    Rule.STOPPED_UNASKED: Said(
        "công dân xin rút bằng lời, hoặc có căn cứ pháp luật để dừng",
        "the citizen asked by word of mouth, or the law required the stop",
    ),
    Rule.STOPS_MANY: Said(
        "đơn vị giải quyết lĩnh vực hay bị từ chối, hoặc ít hồ sơ",
        "it handles a field in which refusals are usual, or few dossiers",
    ),
    Rule.REOPENED: Said("đóng nhầm rồi sửa lại", "it was closed by mistake"),
    Rule.KEYED_LATE: Said(
        "mất mạng, làm hồ sơ giấy; hoặc hệ thống ghi cả lô một lúc",
        "the network was down and work went on on paper; or a system writes a batch in one second",
    ),
    Rule.DUE_MOVED: Said("phiếu có nhưng không nhập vào hệ thống", "there is a letter that nobody keyed"),
    Rule.NO_APOLOGY: Said(
        "xong thật nhưng đồng bộ muộn, hoặc phiếu không được nhập",
        "it was done and the closing came late, or the letter was not keyed",
    ),
    Rule.NO_RESULT: Said("thủ tục không có giấy kết quả", "the procedure has no paper to give back"),
    Rule.BACKWARDS: Said("đồng hồ các hệ thống lệch nhau", "the clocks of two systems differ"),
    Rule.VOICES_DIFFER: Said("đường đồng bộ bị nghẽn", "synchronisation was held up"),
    Rule.NEVER_SYNCHRONISED: Said(
        "hệ thống địa phương chưa được kết nối", "the local system is not connected to the national one"
    ),
    Rule.INTAKE_SLOW: Said(
        "hồ sơ gửi thiếu, cán bộ đã gọi điện hướng dẫn", "it was incomplete, and the officer helped by telephone"
    ),
    Rule.TRANSFER_SLOW: Said("đã chuyển giấy, hôm sau mới nhập", "the paper went on, and was keyed the next day"),
    Rule.DUE_DIFFERS: Said(
        "nguồn dùng lịch nghỉ khác, hoặc thời hạn của tỉnh ngắn hơn",
        "the source uses another calendar, or the province promises less than the limit",
    ),
    Rule.NO_APPOINTMENT: Said("thủ tục trả kết quả ngay", "the result is given at once"),
    Rule.ODD_CODE: Said(
        "mã quốc gia được cấp sau; hồ sơ nhập lại", "the national code is given later; the dossier was keyed again"
    ),
    Rule.NOT_CONSERVED: Said(
        "nguồn gửi trạng thái lạ hoặc không gửi hạn", "the source sent an unknown state, or no due moment"
    ),
    Rule.HASTY: Said("làm xong trước trên giấy, rồi mới nhập", "it was done on paper first and keyed afterwards"),
    Rule.CODES_MISSING: Said(
        "số bị hủy khi in lại, hoặc dãy số dùng chung", "a number was spoilt in printing, or several offices share them"
    ),
    Rule.FLAWLESS: Said("thủ tục đơn giản, trả ngay", "simple procedures, settled on the spot"),
    Rule.PAUSE_TOO_LONG: Said("đã nhắc bằng điện thoại", "the citizen was reminded by telephone"),
    Rule.HELD_ELSEWHERE: Said("hồ sơ chuyển đi đúng thẩm quyền", "it was handed to whom it belongs"),
    Rule.MOST_OVERDUE: Said("đơn vị nhận phần lớn hồ sơ của tỉnh", "the unit receives most of the dossiers there are"),
    Rule.TRANSITION: Said("nguồn bỏ qua bước trung gian", "the source leaves out steps in between"),
    Rule.UNKNOWN_CODE: Said("hệ thống vừa thêm trạng thái mới", "the system has a new state"),
    Rule.TWO_CONTENTS: Said("nguồn gửi lại bản đã sửa với mã cũ", "the source sent what it mended under the old id"),
    Rule.CORRECTION: Said("sự kiện bị sửa chưa đến", "the event that it corrects has not come yet"),
    Rule.PAUSE_BACKWARDS: Said("gõ nhầm ngày", "a slip in the date"),
    Rule.DUE_BEFORE_RECEIPT: Said("gõ nhầm ngày", "a slip in the date"),
    Rule.LONG_AGO: Said("nhập sổ cũ", "an old register was imported"),
    Rule.BAD_LIMIT: Said("thời hạn viết bằng lời", "the limit is written in words"),
    Rule.OUT_OF_CALENDAR: Said("gõ nhầm năm", "a slip in the year"),
}
