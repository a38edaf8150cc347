<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
<context>
    <name>RecentButton</name>
    <message numerus="yes">
        <source>%n of {total} decided</source>
        <translation>
            <numerusform>%n of {total} decided</numerusform>
            <numerusform>%n of {total} decided</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Thumbnails</name>
    <message numerus="yes">
        <source>%n finding(s)</source>
        <translation>
            <numerusform>%n finding</numerusform>
            <numerusform>%n findings</numerusform>
        </translation>
    </message>
</context>
</TS>
