<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
<context>
    <name>ExportPage</name>
    <message numerus="yes">
        <source>Preview of the first findings; %n more will be written.</source>
        <translation>
            <numerusform>Preview of the first findings; %n more will be written.</numerusform>
            <numerusform>Preview of the first findings; %n more will be written.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Preview: %n finding(s)</source>
        <translation>
            <numerusform>Preview: %n finding</numerusform>
            <numerusform>Preview: %n findings</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n file(s) written.</source>
        <translation>
            <numerusform>%n file written.</numerusform>
            <numerusform>%n files written.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Write %n file(s)</source>
        <translation>
            <numerusform>Write %n file</numerusform>
            <numerusform>Write %n files</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>FormatRow</name>
    <message numerus="yes">
        <source>%n more file(s), named alike</source>
        <translation>
            <numerusform>%n more file, named alike</numerusform>
            <numerusform>%n more files, named alike</numerusform>
        </translation>
    </message>
</context>
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
    <name>Versioning</name>
    <message numerus="yes">
        <source>Since then, %n finding(s) of the version before got a decision or a note.</source>
        <translation>
            <numerusform>Since then, %n finding of the version before got a decision or a note.</numerusform>
            <numerusform>Since then, %n findings of the version before got a decision or a note.</numerusform>
        </translation>
    </message>
</context>
</TS>
