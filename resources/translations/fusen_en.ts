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
</TS>
