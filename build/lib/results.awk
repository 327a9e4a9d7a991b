# Adds up TRX files. Output: a line "passed failed skipped unexplained", then "SKIPPED name: reason" for each test that was left out
# and "FAILED name: first line of its message" for each that failed.
# A "<" within texts is escaped in TRX, so that a tag at the start of a line is a tag.
function attribute(name) { return match($0, " " name "=\"[^\"]*\"") ? substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 4) : "" }
function plain(text) { gsub(/&lt;/, "<", text); gsub(/&gt;/, ">", text); gsub(/&quot;/, "\"", text); gsub(/&#x[AD];/, " ", text); gsub(/&amp;/, "\\&", text); return text }
function close_skip() { if (skip != "") { skips[++skipped] = plain(skip) ": " (reason == "" ? "NO REASON GIVEN" : plain(reason)); if (reason == "") unexplained++ } skip = reason = "" }
function close_failure() { if (failure != "") failures[++failed] = plain(failure) ": " (reason == "" ? "no message" : plain(reason)); failure = "" }
/^ *<UnitTestResult / {
    close_failure(); close_skip()
    outcome = attribute("outcome")
    if (outcome == "Passed") passed++
    else if (outcome == "NotExecuted" || outcome == "Inconclusive") skip = attribute("testName")
    else failure = attribute("testName")
}
/^ *<Message>/ && (skip != "" || failure != "") && reason == "" { reason = $0; sub(/^ *<Message>/, "", reason); sub(/<\/Message>.*/, "", reason) }
/^ *<\/Results>/ { close_failure(); close_skip() }
END {
    printf "%d %d %d %d\n", passed, failed, skipped, unexplained
    for (i = 1; i <= skipped; i++) print "SKIPPED " skips[i]
    for (i = 1; i <= failed; i++) print "FAILED " failures[i]
}
