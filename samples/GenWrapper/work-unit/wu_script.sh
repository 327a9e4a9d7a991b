# One work unit: a picture in strips, then what is in it. Called with WIDTH HEIGHT TITLE; the number of strips is read from standard input.
# It runs unchanged under GenWrapper's own launcher.
boinc init
WIDTH=$1
HEIGHT=$2
PICTURE=$(boinc resolve_filename picture.pgm)
REPORT=$(boinc resolve_filename report.txt)

read STRIPS
echo "drawing $3 in $STRIPS strips"
printf 'P5\n%d %d\n255\n' "$WIDTH" "$HEIGHT" >"$PICTURE"
for STRIP in $(seq "$STRIPS"); do
    mandelbrot "$WIDTH" "$HEIGHT" $((HEIGHT * (STRIP - 1) / STRIPS)) $((HEIGHT * STRIP / STRIPS)) >strip
    cat strip >>"$PICTURE"
    shades <strip >>strips.txt
    boinc fraction_done_percent $((100 * STRIP / STRIPS))
done

awk '{ black += $1; grey += $3; white += $5 } END { print black, "black,", grey, "grey,", white, "white" }' strips.txt >"$REPORT"
echo "the picture has $(cat "$REPORT") points"
boinc finish 0
