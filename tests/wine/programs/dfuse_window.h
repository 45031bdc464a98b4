// The numbers of the dialog's controls: those of DfuSeDemo where it has the same.
#pragma once

#define MAIN_DIALOG 102
#define DEVICES 1000
#define TARGETS 1024
#define CHOOSE_UPLOAD 1007
#define CHOOSE_UPGRADE 1008
#define FILE_VID 1009
#define UPLOAD 1016
#define UPLOAD_FILE 1017
#define UPGRADE 1018
#define LEAVE 1020
#define UPGRADE_FILE 1021
#define PROGRESS 1022
#define VERIFY_TOO 1041
#define NOTE 1100
#define BUSY 1101
